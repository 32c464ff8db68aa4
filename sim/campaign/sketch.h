// How many different fingerprints a campaign has seen, in 4 KiB however many there are.
#ifndef WEIR_SIM_CAMPAIGN_SKETCH_H_
#define WEIR_SIM_CAMPAIGN_SKETCH_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace weir::sim {

// HyperLogLog (Flajolet, Fusy, Gandouet, Meunier, 2007) with 4,096 registers: a standard error of
// 1.04 / √4096 = 1.6 %; small numbers by linear counting, nearly exact. Plain memory, so that a
// worker can keep it in a page that it shares with its parent. All zero is the empty sketch.
class Sketch {
 public:
  static constexpr int kIndexBits = 12;
  static constexpr size_t kRegisters = size_t{1} << kIndexBits;

  // `value` should be a hash; it is mixed once more.
  void Add(uint64_t value);
  // What both have seen.
  void Merge(const Sketch& other);
  uint64_t Estimate() const;

 private:
  std::array<uint8_t, kRegisters> registers_{};
};

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_SKETCH_H_
