// All threads of a process stand still for a while: stopped by a debugger, by a cgroup's quota, by
// a virtual machine that is not run.
#include "sim/fault/fault.h"

namespace weir::sim {

constinit const FaultInfo kSlowProcessFault = {
    .kind = FaultKind::kSlowProcess,
    .summary = "all threads of a process stand still for 1 us to 1 s",
    .most_often = 6,
    .rarest = 16,
    .draw =
        [](const Point& point, Random& random) {
          return PauseChoice(FaultKind::kSlowProcess, DrawDelay(point, random));
        },
};

}  // namespace weir::sim
