// What may go wrong in an execution besides the order of its threads: the kinds, and which of them
// are allowed.
#ifndef WEIR_SIM_ENGINE_FAULT_H_
#define WEIR_SIM_ENGINE_FAULT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::sim {

// Append only: the numbers go into fingerprints, the names into schedule files.
#define WEIR_FAULTS(X)                \
  X(kCrash, "crash")                  \
  X(kRestart, "restart")              \
  X(kTimeout, "timeout")              \
  X(kSlowThread, "slow_thread")       \
  X(kDelayedWakeup, "delayed_wakeup") \
  X(kSpuriousWakeup, "spurious_wakeup")

enum class FaultKind : uint8_t {
#define X(id, name) id,
  WEIR_FAULTS(X)
#undef X
};
#define X(id, name) +1
inline constexpr size_t kFaultKinds = 0 WEIR_FAULTS(X);
#undef X

std::string_view FaultName(FaultKind kind);
std::optional<FaultKind> FaultFromName(std::string_view name);

// Some of the kinds. A value.
class FaultSet {
 public:
  static constexpr FaultSet All() { return FaultSet((uint32_t{1} << kFaultKinds) - 1); }
  static constexpr FaultSet None() { return FaultSet(0); }
  // Of bits(); those that mean nothing are dropped.
  static constexpr FaultSet FromBits(uint32_t bits) { return FaultSet(bits & All().bits_); }

  constexpr bool Contains(FaultKind kind) const {
    return (bits_ >> static_cast<int>(kind) & 1) != 0;
  }
  constexpr void Insert(FaultKind kind) { bits_ |= uint32_t{1} << static_cast<int>(kind); }
  constexpr void Erase(FaultKind kind) { bits_ &= ~(uint32_t{1} << static_cast<int>(kind)); }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr uint32_t bits() const { return bits_; }

  friend bool operator==(FaultSet, FaultSet) = default;

 private:
  explicit constexpr FaultSet(uint32_t bits) : bits_(bits) {}
  uint32_t bits_;
};

// How long a delay lasts that was chosen as 1 … kDelays: from a microsecond to a second, each twice
// as long as the one before.
inline constexpr uint32_t kDelays = 21;
constexpr uint64_t DelayNs(uint32_t choice) { return uint64_t{1'000} << (choice - 1); }
// Whether the kind happens at a point and is chosen by such a delay.
constexpr bool IsDelay(FaultKind kind) {
  return kind == FaultKind::kSlowThread || kind == FaultKind::kDelayedWakeup ||
         kind == FaultKind::kSpuriousWakeup;
}

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_FAULT_H_
