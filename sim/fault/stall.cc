// A process stands still for so long that the others give it up, and comes back: SIGSTOP and
// SIGCONT, a suspended laptop, a migrated virtual machine.
#include "sim/fault/fault.h"

namespace weir::sim {

constinit const FaultInfo kStallFault = {
    .kind = FaultKind::kStall,
    .summary = "a process that may stall stands still for 64 us to 67 s, and comes back",
    .most_often = 6,
    .rarest = 16,
    .draw = [](const Point& point,
               Random& random) { return PauseChoice(FaultKind::kStall, DrawDelay(point, random)); },
};

}  // namespace weir::sim
