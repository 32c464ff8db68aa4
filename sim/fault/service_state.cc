// The scenario keeps something for long in a state that is usually short.
#include "sim/fault/fault.h"

namespace weir::sim {

constinit const FaultInfo kServiceStateFault = {
    .kind = FaultKind::kServiceState,
    .summary = "weir::Disturb(kServiceState): what is usually short lasts",
    .most_often = 0,
    .rarest = 2,
    .draw = DrawNumber,
};

}  // namespace weir::sim
