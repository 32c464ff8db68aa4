// A thread that was woken gets the processor late: it waits no more, but does not know it yet. What
// was signalled meanwhile goes to others. On Windows, where the seed's failures came from, a
// wake-up may take a whole tick of 15.6 ms.
#include "sim/fault/fault.h"

namespace weir::sim {

constinit const FaultInfo kDelayedWakeupFault = {
    .kind = FaultKind::kDelayedWakeup,
    .summary = "a woken thread runs only 1 us to 1 s later",
    .most_often = 0,
    .rarest = 6,
    .draw = DrawDelay,
};

}  // namespace weir::sim
