// The half of a condition variable's wait that is the mutex's.
#ifndef WEIR_SIM_POSIX_MUTEX_H_
#define WEIR_SIM_POSIX_MUTEX_H_

#include <pthread.h>

#include <cstdint>

namespace weir::sim {

// Unlocks, whatever its depth (kept in `depth`), without a scheduling point: the caller goes to sleep in
// the same step. A mutex that the caller does not hold is the verdict mutex_misuse.
void MutexReleaseForWait(pthread_mutex_t* mutex, uint32_t* depth);
// Locks it again, waiting if need be.
void MutexRetakeAfterWait(pthread_mutex_t* mutex, uint32_t depth);

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_MUTEX_H_
