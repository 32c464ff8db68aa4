// Virtual time runs to the next timer although threads could run, up to 100 ms (kMostDelayNs): all
// of them were slow, and whoever waits with a deadline gives up at this moment.
#include "sim/fault/fault.h"

namespace weir::sim {

constinit const FaultInfo kTimeoutFault = {
    .kind = FaultKind::kTimeout,
    .summary = "time runs to the next deadline although threads could run",
    .most_often = 6,
    .rarest = 16,
    .draw = [](const Point&, Random&) { return kAdvanceTime; },
};

}  // namespace weir::sim
