// A process whose clocks are ahead or behind, fast or slow: another machine's, another time
// namespace's (time_namespaces(7)), or one that nobody corrects.
#include "sim/fault/fault.h"

namespace weir::sim {

constinit const FaultInfo kClockFault = {
    .kind = FaultKind::kClock,
    .summary =
        "the clocks of a process are up to a day ahead or behind, and up to 5 % fast or slow",
    .most_often = 0,
    .rarest = 2,
    .draw = DrawNumber,
};

}  // namespace weir::sim
