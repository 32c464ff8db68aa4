// A process is killed as by SIGKILL, right before one of its scheduling points, and does not come
// back.
#include "sim/engine/fault_choice.h"
#include "sim/fault/fault.h"

namespace weir::sim {

constinit const FaultInfo kCrashFault = {
    .kind = FaultKind::kCrash,
    .summary = "a process that may crash is killed at any point",
    .most_often = 0,  // of the processes; see Swarm
    .rarest = 0,
    .draw = [](const Point&,
               Random& random) { return FaultChoice(DrawCrashOp(random), /*restart=*/false); },
};

}  // namespace weir::sim
