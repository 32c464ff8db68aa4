// A wait on a futex ends with EINTR. futex(2), "EINTR"; signal(7).
#include "sim/fault/fault.h"

namespace weir::sim {

constinit const FaultInfo kInterruptedWaitFault = {
    .kind = FaultKind::kInterruptedWait,
    .summary = "a wait on a futex ends with EINTR after 1 us to 1 s",
    .most_often = 0,
    .rarest = 6,
    .draw = DrawDelay,
};

}  // namespace weir::sim
