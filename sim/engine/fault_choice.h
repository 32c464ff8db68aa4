// How a fault is written as the choice of a kFault decision.
//
// A process that may crash draws one such decision when it starts. 0 leaves it alone; else it is
// killed right before its `op`-th scheduling point (counted over all its threads, from 1), and then
// starts again in a new incarnation if `restart` says so.
#ifndef WEIR_SIM_ENGINE_FAULT_CHOICE_H_
#define WEIR_SIM_ENGINE_FAULT_CHOICE_H_

#include <cstdint>

#include "sim/engine/decision.h"

namespace weir::sim {

// The largest `op` that a choice can hold.
inline constexpr uint32_t kMaxFaultOp = 0x7FFF'FFFF;

// Precondition: 1 ≤ op ≤ kMaxFaultOp.
constexpr Choice FaultChoice(uint32_t op, bool restart) { return (op << 1) | (restart ? 1 : 0); }
// Both for a choice other than kNoFault.
constexpr uint32_t FaultOp(Choice choice) { return choice >> 1; }
constexpr bool FaultRestarts(Choice choice) { return (choice & 1) != 0; }

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_FAULT_CHOICE_H_
