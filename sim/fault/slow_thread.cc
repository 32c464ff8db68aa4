// A thread stands still for a while, anywhere: preempted, swapped out, in a page fault.
#include "sim/fault/fault.h"

namespace weir::sim {

constinit const FaultInfo kSlowThreadFault = {
    .kind = FaultKind::kSlowThread,
    .summary = "a thread stands still for 1 us to 1 s, at any point",
    .most_often = 6,
    .rarest = 16,
    .draw =
        [](const Point& point, Random& random) {
          return PauseChoice(FaultKind::kSlowThread, DrawDelay(point, random));
        },
};

}  // namespace weir::sim
