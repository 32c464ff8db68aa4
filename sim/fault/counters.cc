// The scenario begins its counters near their end, or above or below where an earlier life ended.
#include "sim/fault/fault.h"

namespace weir::sim {

constinit const FaultInfo kCountersFault = {
    .kind = FaultKind::kCounters,
    .summary = "weir::Disturb(kCounters): counters begin elsewhere",
    .most_often = 0,
    .rarest = 2,
    .draw = DrawNumber,
};

}  // namespace weir::sim
