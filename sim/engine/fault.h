// What may go wrong in an execution besides the order of its threads: the kinds, and which of them
// are allowed.
#ifndef WEIR_SIM_ENGINE_FAULT_H_
#define WEIR_SIM_ENGINE_FAULT_H_

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

namespace weir::sim {

// How a fault is chosen, and written down.
enum class FaultForm : uint8_t {
  kLife,    // when a process starts, for its whole life: fault_choice.h
  kTime,    // the choice kAdvanceTime of who runs next
  kPause,   // one of the choices PauseChoice() of who runs next
  kDelay,   // where it happens (kInject): 1 … kDelays
  kNumber,  // where it happens: what the number says is the kind's affair
};

// Append only: the numbers go into fingerprints, the names into schedule files.
#define WEIR_FAULTS(X)                            \
  X(kCrash, "crash", kLife)                       \
  X(kRestart, "restart", kLife)                   \
  X(kTimeout, "timeout", kTime)                   \
  X(kSlowThread, "slow_thread", kPause)           \
  X(kDelayedWakeup, "delayed_wakeup", kDelay)     \
  X(kSpuriousWakeup, "spurious_wakeup", kDelay)   \
  X(kSlowProcess, "slow_process", kPause)         \
  X(kStall, "stall", kPause)                      \
  X(kSluggishWakeup, "sluggish_wakeup", kNumber)  \
  X(kInterruptedWait, "interrupted_wait", kDelay) \
  X(kDelayedStore, "delayed_store", kNumber)      \
  X(kWeakCompare, "weak_compare", kNumber)        \
  X(kClock, "clock", kNumber)                     \
  X(kFailedCall, "failed_call", kNumber)          \
  X(kCounters, "counters", kNumber)               \
  X(kServiceState, "service_state", kNumber)      \
  X(kFullRing, "full_ring", kNumber)

enum class FaultKind : uint8_t {
#define X(id, name, form) id,
  WEIR_FAULTS(X)
#undef X
};
// NOLINTNEXTLINE(bugprone-macro-parentheses)
#define X(id, name, form) +1
inline constexpr size_t kFaultKinds = 0 WEIR_FAULTS(X);
#undef X

constexpr FaultForm FormOf(FaultKind kind) {
  constexpr FaultForm kForms[] = {
#define X(id, name, form) FaultForm::form,
      WEIR_FAULTS(X)
#undef X
  };
  return kForms[static_cast<size_t>(kind)];
}

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
// The same for a kind whose form is kPause or kDelay. A stall is meant to be longer than a lease:
// up to a minute.
constexpr uint64_t DelayNs(FaultKind kind, uint32_t choice) {
  return DelayNs(choice) << (kind == FaultKind::kStall ? 6 : 0);
}

// A number of the form kNumber is below this.
inline constexpr uint32_t kMostFaultNumbers = 1 << 16;

// Windows' timer tick, to which a sluggish wake-up is late.
inline constexpr uint64_t kTickNs = 15'625'000;

// A delayed store is seen by others after 2^choice scheduling points at the latest: far fewer than
// kIdlePointsCap.
inline constexpr uint32_t kStoreDelays = 10;

// A process's clocks: they show offset_ns more than virtual time, and drift_ppm millionths of what
// has passed since it began.
struct ClockError {
  int64_t offset_ns = 0;
  int64_t drift_ppm = 0;
};
inline constexpr int64_t kClockOffsetsNs[] = {
    0, 1'000'000, -1'000'000, 1'000'000'000, -1'000'000'000, 86'400'000'000'000, -900'000'000'000};
// A quartz, the most that NTP corrects (ntpd(8)), a virtual machine that loses ticks.
inline constexpr int64_t kClockDriftsPpm[] = {0, 20, -20, 500, -500, 50'000, -50'000};
inline constexpr uint32_t kClockChoices = std::size(kClockOffsetsNs) * std::size(kClockDriftsPpm);
// choice < kClockChoices; 0: a clock without error.
constexpr ClockError ClockErrorOf(uint32_t choice) {
  return {kClockOffsetsNs[choice % std::size(kClockOffsetsNs)],
          kClockDriftsPpm[choice / std::size(kClockOffsetsNs)]};
}

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_FAULT_H_
