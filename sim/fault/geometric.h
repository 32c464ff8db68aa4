// How often something of a small chance does not happen in a row, without a draw for each time.
#ifndef WEIR_SIM_FAULT_GEOMETRIC_H_
#define WEIR_SIM_FAULT_GEOMETRIC_H_

#include <array>
#include <cstdint>

#include "sim/engine/random.h"

namespace weir::sim {

// n ≥ 0 with P(n ≥ k) = (1 − 2^-exponent)^k: the failures before the first success of chance
// 2^-exponent. 0 ≤ exponent ≤ kGeometricDeepest. Integers only, so that it is the same everywhere.
//
// The binary digits of a geometric number are independent of each other: with q = 1 − 2^-exponent
// digit j is 1 with probability q^(2^j) / (1 + q^(2^j)) (Devroye, Non-Uniform Random Variate
// Generation, 1986, X.2). Digits beyond exponent + 5 are 1 with a chance below e^-32 and are left
// out.
inline constexpr uint32_t kGeometricDeepest = 16;

namespace geometric_internal {

inline constexpr uint32_t kDigits = kGeometricDeepest + 5;

// The chance of each digit, in 2^-32.
constexpr std::array<std::array<uint32_t, kDigits>, kGeometricDeepest + 1> Chances() {
  std::array<std::array<uint32_t, kDigits>, kGeometricDeepest + 1> chances{};
  for (uint32_t exponent = 1; exponent <= kGeometricDeepest; ++exponent) {
    __extension__ using Wide = unsigned __int128;
    constexpr int kOne = 62;  // fixed point: 1 is 2^62
    uint64_t power = (uint64_t{1} << kOne) - (uint64_t{1} << (kOne - exponent));
    for (uint32_t digit = 0; digit < exponent + 5; ++digit) {
      chances[exponent][digit] =
          static_cast<uint32_t>((Wide{power} << 32) / ((uint64_t{1} << kOne) + Wide{power}));
      power = static_cast<uint64_t>((Wide{power} * power) >> kOne);
    }
  }
  return chances;
}
inline constexpr auto kChances = Chances();

}  // namespace geometric_internal

inline uint64_t Geometric(uint32_t exponent, Random& random) {
  if (exponent == 0) return 0;
  if (exponent <= 3) {  // short rows: cheaper one by one
    uint64_t n = 0;
    while (random.Bits() >> (32 - exponent) != 0) ++n;
    return n;
  }
  uint64_t n = 0;
  for (uint32_t digit = 0; digit < exponent + 5; ++digit) {
    n |= uint64_t{random.Chance(geometric_internal::kChances[exponent][digit])} << digit;
  }
  return n;
}

}  // namespace weir::sim

#endif  // WEIR_SIM_FAULT_GEOMETRIC_H_
