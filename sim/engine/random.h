// Random numbers that are the same on every machine and with every standard library.
#ifndef WEIR_SIM_ENGINE_RANDOM_H_
#define WEIR_SIM_ENGINE_RANDOM_H_

#include <cstdint>
#include <pcg_random.hpp>

namespace weir::sim {

// Mixes all bits of `value` (the finalizer of SplitMix64; Steele, Lea, Flood, OOPSLA 2014).
constexpr uint64_t Mix(uint64_t value) {
  value += 0x9E3779B97F4A7C15u;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
  return value ^ (value >> 31);
}

// The seed of one execution. Hashed, since generators seeded with neighbouring numbers overlap.
constexpr uint64_t ExecutionSeed(uint64_t campaign_seed, uint64_t index) {
  return Mix(Mix(campaign_seed) ^ index);
}

class Random {
 public:
  explicit Random(uint64_t seed = 0) : generator_(Mix(seed), Mix(seed ^ 0x5EED)) {}

  uint32_t Bits() { return generator_(); }
  uint64_t Bits64() { return (uint64_t{Bits()} << 32) | Bits(); }
  // Uniform in [0, bound), bound ≥ 1, by Lemire's multiplication; its bias is below bound / 2^32.
  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>((uint64_t{Bits()} * bound) >> 32); }
  // Uniform in [0, bound), any bound ≥ 1.
  uint64_t Below64(uint64_t bound) {
    return static_cast<uint64_t>((static_cast<unsigned __int128>(Bits64()) * bound) >> 64);
  }
  // True with probability threshold / 2^32.
  bool Chance(uint32_t threshold) { return Bits() < threshold; }
  // A child generator, independent of what is drawn from this one later.
  Random Fork() { return Random(Bits64()); }

 private:
  pcg32 generator_;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_RANDOM_H_
