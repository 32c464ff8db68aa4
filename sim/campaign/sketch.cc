#include "sim/campaign/sketch.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "sim/engine/random.h"

namespace weir::sim {

void Sketch::Add(uint64_t value) {
  const uint64_t hash = Mix(value);
  const size_t index = hash >> (64 - kIndexBits);
  // The position of the first 1 in what is left; the low bits stop it at 64 − kIndexBits + 1.
  const uint64_t rest = (hash << kIndexBits) | (uint64_t{1} << (kIndexBits - 1));
  const auto rank = static_cast<uint8_t>(std::countl_zero(rest) + 1);
  registers_[index] = std::max(registers_[index], rank);
}

void Sketch::Merge(const Sketch& other) {
  for (size_t i = 0; i < kRegisters; ++i) {
    registers_[i] = std::max(registers_[i], other.registers_[i]);
  }
}

uint64_t Sketch::Estimate() const {
  const double m = static_cast<double>(kRegisters);
  double sum = 0;
  double empty = 0;
  for (const uint8_t rank : registers_) {
    sum += std::ldexp(1.0, -rank);
    if (rank == 0) ++empty;
  }
  const double raw = 0.7213 / (1 + 1.079 / m) * m * m / sum;
  if (raw <= 2.5 * m && empty > 0) return std::llround(m * std::log(m / empty));
  return std::llround(raw);
}

}  // namespace weir::sim
