// What one process stores, another one sees late: see sim/posix/store_buffer.h.
#include "sim/fault/fault.h"

namespace weir::sim {

constinit const FaultInfo kDelayedStoreFault = {
    .kind = FaultKind::kDelayedStore,
    .summary =
        "a store to shared memory weaker than seq_cst is seen by others 2 to 1024 points later",
    .most_often = 0,
    .rarest = 8,
    .draw = DrawNumber,
};

}  // namespace weir::sim
