// What a mutex is while a virtual thread runs, and the half of a condition variable's wait that is
// the mutex's.
//
// The state lies in the pthread_mutex_t itself. All zero is an unlocked normal mutex, and the kind
// stands where glibc's static initialisers put it. Unlocking wakes one waiter but gives it nothing:
// a thread that comes by in between may take the mutex first (barging), as with glibc's.
#ifndef WEIR_SIM_POSIX_MUTEX_H_
#define WEIR_SIM_POSIX_MUTEX_H_

#include <pthread.h>

#include <cstddef>
#include <cstdint>

#include "sim/engine/scheduler.h"

namespace weir::sim {

inline constexpr uint32_t kKindMask = 3;  // glibc: 0 normal, 1 recursive, 2 errorcheck, 3 adaptive
inline constexpr uint32_t kSharedFlag = 128;

struct Mutex {
  uint32_t count;      // recursion depth beyond the first
  uint32_t owner_uid;  // of the owner: its slot may be somebody else's by now
  uint16_t owner;      // slot + 1; 0 = unlocked
  WaitQueue waiters;
  uint32_t kind;       // at glibc's __kind
  uint32_t destroyed;  // kMutexDestroyed, or anything else
};
static_assert(offsetof(Mutex, kind) == offsetof(pthread_mutex_t, __data.__kind));
static_assert(sizeof(Mutex) <= sizeof(pthread_mutex_t));
inline constexpr uint32_t kMutexDestroyed = 0xDEAD'3117;

inline Mutex& MutexOf(pthread_mutex_t* mutex) { return *reinterpret_cast<Mutex*>(mutex); }

inline ThreadSlot MutexHolder(const void* object) {
  const auto& mutex = *static_cast<const Mutex*>(object);
  return mutex.owner == 0 ? kNoThread : static_cast<ThreadSlot>(mutex.owner - 1);
}

// In load mode there is one thread, which no slot stands for.
WEIR_HOT uint16_t MutexSelf() {
  return g_mode == Mode::kTarget ? static_cast<uint16_t>(world().current + 1) : kMaxThreads + 1;
}
WEIR_HOT uint32_t MutexSelfUid() { return g_mode == Mode::kTarget ? CurrentThread().uid : 0; }

WEIR_HOT bool MutexOwnedBySelf(const Mutex& mutex) {
  return mutex.owner == MutexSelf() && mutex.owner_uid == MutexSelfUid();
}

WEIR_HOT void TakeMutex(Mutex& mutex) {
  mutex.owner = MutexSelf();
  mutex.owner_uid = MutexSelfUid();
  mutex.count = 0;
}

WEIR_HOT void ReleaseMutex(Mutex& mutex) {
  mutex.owner = 0;
  if (!mutex.waiters.empty()) WakeOne(mutex.waiters, Op::kMutexUnlock, &mutex);
}

// Unlocks, whatever its depth, without a scheduling point: the caller goes to sleep in the same
// step. Returns the depth. A mutex that the caller does not hold is the verdict mutex_misuse.
WEIR_HOT uint32_t MutexReleaseForWait(Mutex& mutex) {
  if (!MutexOwnedBySelf(mutex)) {
    FailExecution(VerdictKind::kMutexMisuse, "wait_not_owner",
                  "%s waits on a condition variable with a mutex that it does not hold",
                  CurrentThread().path);
  }
  const uint32_t depth = mutex.count;
  ReleaseMutex(mutex);
  return depth;
}

// Locks it again, waiting if need be.
WEIR_HOT void MutexRetakeAfterWait(Mutex& mutex, uint32_t depth) {
  while (mutex.owner != 0) {
    BlockInline(Op::kMutexLock, &mutex, &mutex.waiters, kNever, MutexHolder);
  }
  TakeMutex(mutex);
  mutex.count = depth;
}

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_MUTEX_H_
