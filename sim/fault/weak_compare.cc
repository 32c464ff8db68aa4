// A weak compare-and-exchange fails though it compares equal: see sim/weak_compare.h.
#include "sim/fault/fault.h"

namespace weir::sim {

constinit const FaultInfo kWeakCompareFault = {
    .kind = FaultKind::kWeakCompare,
    .summary = "a weak compare-and-exchange fails for no reason",
    .most_often = 1,  // one that always fails is no implementation
    .rarest = 6,
    .draw = DrawNumber,
};

}  // namespace weir::sim
