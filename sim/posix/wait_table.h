// Waiters by key, for objects too small to hold a queue of their own: a futex word, a
// pthread_once_t.
#ifndef WEIR_SIM_POSIX_WAIT_TABLE_H_
#define WEIR_SIM_POSIX_WAIT_TABLE_H_

#include <cstdint>

#include "sim/engine/scheduler.h"

namespace weir::sim {

// What two threads must have in common to meet.
struct WaitKey {
  enum class Space : uint64_t {
    kOnce,
    kFutexPrivate,  // place: address
    kFutexPlain,    // a futex without the private flag on ordinary memory; place: address
    kFutexShared,   // ... on shared memory; place: offset in the pool
  };
  Space space;
  uint64_t place;
};

inline constexpr uint32_t kAnyBits = 0xFFFF'FFFF;

// The current thread waits until WakeByKey with an equal key and a common bit. As Block(): no
// scheduling point of its own; false if the deadline ended it.
bool WaitByKey(Op op, const void* object, const WaitKey& key, uint32_t bits, uint64_t deadline_ns,
               HolderOf holder = nullptr);

// Wakes up to `most` of those who wait; returns how many. If there are more than `most`, which ones
// is a decision, first come first by default.
uint32_t WakeByKey(Op op, const void* object, const WaitKey& key, uint32_t bits, uint32_t most);

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_WAIT_TABLE_H_
