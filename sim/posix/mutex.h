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
inline constexpr uint32_t kRobustFlag = 16;
inline constexpr uint32_t kSharedFlag = 128;

// Of a robust mutex. Both are such that what a normal mutex does quietly is not done.
inline constexpr uint16_t kNotRecoverable = 0xFFFF;  // as owner: nobody, for ever
inline constexpr uint32_t kInconsistent = 1u << 31;  // in count: locked with EOWNERDEAD

struct Mutex {
  uint32_t count;      // recursion depth beyond the first; kInconsistent
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
  if (mutex.owner == 0 || mutex.owner > kMaxThreads) return kNoThread;
  const auto slot = static_cast<ThreadSlot>(mutex.owner - 1);
  return world().threads[slot].uid == mutex.owner_uid ? slot : kNoThread;
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

// For who wants a robust mutex that is not free. EOWNERDEAD: its owner is dead, and the caller has
// taken it, inconsistent. ENOTRECOVERABLE: nobody will have it. 0: a living thread has it.
int InheritRobust(Mutex& mutex);
WEIR_HOT int Inherit(Mutex& mutex) {
  return (mutex.kind & kRobustFlag) == 0 ? 0 : InheritRobust(mutex);
}
// The owner unlocks what it has not made consistent.
void GiveUpRobust(Mutex& mutex);

// Installs what wakes those who wait for a robust mutex when its owner dies.
void InstallMutexHooks();

// Unlocks, whatever its depth, without a scheduling point: the caller goes to sleep in the same
// step. Returns the depth. A mutex that the caller does not hold is the verdict mutex_misuse.
WEIR_HOT uint32_t MutexReleaseForWait(Mutex& mutex) {
  if (!MutexOwnedBySelf(mutex)) {
    FailExecution(VerdictKind::kMutexMisuse, "wait_not_owner",
                  "%s waits on a condition variable with a mutex that it does not hold",
                  CurrentThread().path);
  }
  const uint32_t depth = mutex.count;
  if ((depth & kInconsistent) != 0) [[unlikely]] {
    GiveUpRobust(mutex);
    return 0;
  }
  ReleaseMutex(mutex);
  return depth;
}

// Locks it again, waiting if need be. As pthread_mutex_lock(): 0, or what a robust mutex says.
WEIR_HOT int MutexRetakeAfterWait(Mutex& mutex, uint32_t depth) {
  while (mutex.owner != 0) {
    if (const int error = Inherit(mutex); error != 0) [[unlikely]]
      return error;
    BlockInline(Op::kMutexLock, &mutex, &mutex.waiters, kNever, MutexHolder);
  }
  TakeMutex(mutex);
  mutex.count = depth;
  return 0;
}

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_MUTEX_H_
