// The kinds of fault, as a search draws them. One file each; what a fault does is where it happens,
// in sim/engine and sim/posix.
#ifndef WEIR_SIM_FAULT_FAULT_H_
#define WEIR_SIM_FAULT_FAULT_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "sim/engine/decision.h"
#include "sim/engine/fault.h"
#include "sim/engine/random.h"

namespace weir::sim {

struct FaultInfo {
  FaultKind kind;
  std::string_view summary;  // one line for people
  // In an execution that has it, it happens in one of 2^most_often … 2^rarest of the moments in
  // which it could; each octave has equal chances.
  uint32_t most_often;
  uint32_t rarest;
  // How it happens: the choice that is made then, one that `point` offers.
  Choice (*draw)(const Point& point, Random& random);
};

// All of them, by FaultKind.
std::span<const FaultInfo> Faults();
inline const FaultInfo& InfoOf(FaultKind kind) { return Faults()[static_cast<size_t>(kind)]; }

// One to kDelays, each with equal chances.
Choice DrawDelay(const Point& point, Random& random);
// Any way that the point offers.
Choice DrawNumber(const Point& point, Random& random);

// Before which of its scheduling points a process is killed: 1 … 2^14 − 1, each octave with equal
// chances.
uint32_t DrawCrashOp(Random& random);

extern const FaultInfo kCrashFault;
extern const FaultInfo kRestartFault;
extern const FaultInfo kTimeoutFault;
extern const FaultInfo kSlowThreadFault;
extern const FaultInfo kDelayedWakeupFault;
extern const FaultInfo kSpuriousWakeupFault;
extern const FaultInfo kSlowProcessFault;
extern const FaultInfo kStallFault;
extern const FaultInfo kSluggishWakeupFault;
extern const FaultInfo kInterruptedWaitFault;
extern const FaultInfo kDelayedStoreFault;
extern const FaultInfo kWeakCompareFault;
extern const FaultInfo kClockFault;
extern const FaultInfo kFailedCallFault;
extern const FaultInfo kCountersFault;
extern const FaultInfo kServiceStateFault;
extern const FaultInfo kFullRingFault;

}  // namespace weir::sim

#endif  // WEIR_SIM_FAULT_FAULT_H_
