// A process is killed, and starts again as a new incarnation.
#include "sim/engine/fault_choice.h"
#include "sim/fault/fault.h"

namespace weir::sim {

constinit const FaultInfo kRestartFault = {
    .kind = FaultKind::kRestart,
    .summary = "a process that may restart is killed at any point and starts again",
    .most_often = 0,  // of the processes; see Swarm
    .rarest = 0,
    .draw = [](const Point&,
               Random& random) { return FaultChoice(DrawCrashOp(random), /*restart=*/true); },
};

}  // namespace weir::sim
