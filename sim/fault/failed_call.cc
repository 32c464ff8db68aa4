// A call of the system fails although nothing is wrong with it: see sim/posix/failed_call.h.
#include "sim/fault/fault.h"

namespace weir::sim {

constinit const FaultInfo kFailedCallFault = {
    .kind = FaultKind::kFailedCall,
    .summary = "shm_open, ftruncate, mmap or pthread_create fails in a process that may bear it",
    .most_often = 0,
    .rarest = 5,
    .draw = DrawNumber,
};

}  // namespace weir::sim
