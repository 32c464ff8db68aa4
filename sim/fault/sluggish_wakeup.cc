// A thread that was woken runs only at the next tick of 15.625 ms, as where the clock interrupt
// wakes (Microsoft, timeBeginPeriod: the default resolution). The seed's failures came from there;
// the profile `windows` is made of this.
#include "sim/fault/fault.h"

namespace weir::sim {

constinit const FaultInfo kSluggishWakeupFault = {
    .kind = FaultKind::kSluggishWakeup,
    .summary = "a woken thread runs only at the next tick of 15.6 ms",
    .most_often = 0,
    .rarest = 4,
    .draw = DrawNumber,
};

}  // namespace weir::sim
