// A wait on a condition variable or a futex ends although nobody has woken the thread.
// pthread_cond_wait(3p), "Condition Wait Semantics"; futex(2), FUTEX_WAIT's return value 0.
#include "sim/fault/fault.h"

namespace weir::sim {

constinit const FaultInfo kSpuriousWakeupFault = {
    .kind = FaultKind::kSpuriousWakeup,
    .summary = "a wait on a condition variable or futex ends by itself after 1 us to 1 s",
    .most_often = 0,
    .rarest = 6,
    .draw = DrawDelay,
};

}  // namespace weir::sim
