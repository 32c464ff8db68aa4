// The scenario gives its members little room.
#include "sim/fault/fault.h"

namespace weir::sim {

constinit const FaultInfo kFullRingFault = {
    .kind = FaultKind::kFullRing,
    .summary = "weir::Disturb(kFullRing): there is little room",
    .most_often = 0,
    .rarest = 2,
    .draw = DrawNumber,
};

}  // namespace weir::sim
