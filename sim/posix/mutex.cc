// pthread_mutex_*: normal, recursive, errorcheck, adaptive; timed; process-shared.
//
// The state lies in the pthread_mutex_t itself. All zero is an unlocked normal mutex, and the kind stands
// where glibc's static initialisers put it. Unlocking wakes one waiter but gives it nothing: a thread that
// comes by in between may take the mutex first (barging), as with glibc's. POSIX.1-2017, XSH 2.9.3.
#include <errno.h>
#include <pthread.h>

#include <cstring>

#include "sim/engine/scheduler.h"
#include "sim/posix/clock.h"
#include "sim/posix/mutex.h"
#include "sim/posix/real.h"

namespace weir::sim {
namespace {

constexpr uint32_t kKindMask = 3;  // glibc: 0 normal, 1 recursive, 2 errorcheck, 3 adaptive
constexpr uint32_t kSharedFlag = 128;

struct Mutex {
  uint16_t owner;     // slot + 1; 0 = unlocked
  uint16_t woken;     // slot + 1 of a waiter that was woken and has not run yet
  uint32_t count;     // recursion depth beyond the first
  uint32_t owner_uid;  // of the owner: its slot may be somebody else's by now
  WaitQueue waiters;
  uint32_t kind;      // at glibc's __kind
  uint32_t destroyed;
};
static_assert(offsetof(Mutex, kind) == offsetof(pthread_mutex_t, __data.__kind));
static_assert(sizeof(Mutex) <= sizeof(pthread_mutex_t));
constexpr uint32_t kDestroyed = 0xDEAD'3117;

Mutex& MutexOf(pthread_mutex_t* mutex) { return *reinterpret_cast<Mutex*>(mutex); }

ThreadSlot Holder(const void* object) {
  const auto& mutex = *static_cast<const Mutex*>(object);
  return mutex.owner == 0 ? kNoThread : static_cast<ThreadSlot>(mutex.owner - 1);
}

// In load mode there is one thread, which no slot stands for.
uint16_t Self() {
  return g_mode == Mode::kTarget ? static_cast<uint16_t>(world().current + 1) : kMaxThreads + 1;
}
uint32_t SelfUid() { return g_mode == Mode::kTarget ? CurrentThread().uid : 0; }

bool OwnedBySelf(const Mutex& mutex) {
  return mutex.owner == Self() && mutex.owner_uid == SelfUid();
}

void Take(Mutex& mutex) {
  mutex.owner = Self();
  mutex.owner_uid = SelfUid();
  mutex.count = 0;
}

void CheckAlive(const Mutex& mutex, const char* what) {
  if (mutex.destroyed == kDestroyed) [[unlikely]] {
    FailExecution(VerdictKind::kMutexMisuse, "use_after_destroy", "%s of a destroyed mutex", what);
  }
}

// What a lock call finds when the mutex is its own already: an error, or 0 for "one level deeper".
int Relock(Mutex& mutex, bool can_wait) {
  switch (mutex.kind & kKindMask) {
    case PTHREAD_MUTEX_RECURSIVE:
      ++mutex.count;
      return 0;
    case PTHREAD_MUTEX_ERRORCHECK:
      return EDEADLK;
    default:
      if (can_wait) return EDEADLK;  // a timed lock ends by its deadline
      FailExecution(VerdictKind::kMutexMisuse, "relock",
                    "%s locks a normal mutex that it has locked already: it waits for itself",
                    CurrentThread().path);
  }
}

WEIR_HOT int Lock(Mutex& mutex, uint64_t deadline_ns) {
  SchedulePoint(Op::kMutexLock, &mutex);
  CheckAlive(mutex, "lock");
  if (OwnedBySelf(mutex)) {
    const bool timed = deadline_ns != kNever;
    const int error = Relock(mutex, timed);
    if (error != EDEADLK || (mutex.kind & kKindMask) == PTHREAD_MUTEX_ERRORCHECK) return error;
  }
  while (mutex.owner != 0) {
    if (!Block(Op::kMutexLock, &mutex, &mutex.waiters, deadline_ns, Holder)) return ETIMEDOUT;
  }
  Take(mutex);
  return 0;
}

void Release(Mutex& mutex) {
  mutex.owner = 0;
  if (!mutex.waiters.empty()) WakeOne(mutex.waiters, Op::kMutexUnlock, &mutex);
}

WEIR_HOT int Unlock(Mutex& mutex) {
  SchedulePoint(Op::kMutexUnlock, &mutex);
  CheckAlive(mutex, "unlock");
  if (!OwnedBySelf(mutex)) {
    if ((mutex.kind & kKindMask) == PTHREAD_MUTEX_ERRORCHECK ||
        (mutex.kind & kKindMask) == PTHREAD_MUTEX_RECURSIVE) {
      return EPERM;
    }
    FailExecution(VerdictKind::kMutexMisuse, "unlock_not_owner",
                  "%s unlocks a mutex that it does not hold", CurrentThread().path);
  }
  if (mutex.count > 0) {
    --mutex.count;
    return 0;
  }
  Release(mutex);
  return 0;
}

WEIR_HOT int Finish(int error) {
  Result(static_cast<uint64_t>(error));
  return error;
}

}  // namespace

void MutexReleaseForWait(pthread_mutex_t* mutex, uint32_t* depth) {
  Mutex& m = MutexOf(mutex);
  if (!OwnedBySelf(m)) {
    FailExecution(VerdictKind::kMutexMisuse, "wait_not_owner",
                  "%s waits on a condition variable with a mutex that it does not hold",
                  CurrentThread().path);
  }
  *depth = m.count;
  Release(m);
}

void MutexRetakeAfterWait(pthread_mutex_t* mutex, uint32_t depth) {
  Mutex& m = MutexOf(mutex);
  while (m.owner != 0) Block(Op::kMutexLock, &m, &m.waiters, kNever, Holder);
  Take(m);
  m.count = depth;
}

}  // namespace weir::sim

using namespace weir::sim;  // NOLINT: the definitions below are C's

extern "C" {

int pthread_mutex_init(pthread_mutex_t* mutex, const pthread_mutexattr_t* attributes) {
  if (InHost()) return WEIR_REAL(pthread_mutex_init)(mutex, attributes);
  std::memset(mutex, 0, sizeof *mutex);
  if (attributes != nullptr) {
    int kind = 0, shared = 0, robust = 0;
    pthread_mutexattr_gettype(attributes, &kind);
    pthread_mutexattr_getpshared(attributes, &shared);
    pthread_mutexattr_getrobust(attributes, &robust);
    if (robust == PTHREAD_MUTEX_ROBUST) {
      FailExecution(VerdictKind::kUnsupportedCall, "robust_mutex",
                    "pthread_mutex_init of a robust mutex");
    }
    MutexOf(mutex).kind = static_cast<uint32_t>(kind) | (shared != 0 ? kSharedFlag : 0);
  }
  return 0;
}

int pthread_mutex_destroy(pthread_mutex_t* mutex) {
  if (InHost()) return WEIR_REAL(pthread_mutex_destroy)(mutex);
  SchedulePoint(Op::kMutexDestroy, mutex);
  Mutex& m = MutexOf(mutex);
  CheckAlive(m, "destroy");
  if (m.owner != 0 || !m.waiters.empty()) {
    FailExecution(VerdictKind::kMutexMisuse, "destroy_locked", "%s destroys a mutex that %s",
                  CurrentThread().path, m.owner != 0 ? "is locked" : "somebody waits for");
  }
  m.destroyed = kDestroyed;
  return Finish(0);
}

int pthread_mutex_lock(pthread_mutex_t* mutex) {
  if (InHost()) return WEIR_REAL(pthread_mutex_lock)(mutex);
  return Finish(Lock(MutexOf(mutex), kNever));
}

int pthread_mutex_trylock(pthread_mutex_t* mutex) {
  if (InHost()) return WEIR_REAL(pthread_mutex_trylock)(mutex);
  LookPoint(Op::kMutexTryLock, mutex);
  Mutex& m = MutexOf(mutex);
  CheckAlive(m, "trylock");
  if (OwnedBySelf(m) && (m.kind & kKindMask) == PTHREAD_MUTEX_RECURSIVE) {
    ++m.count;
  } else if (m.owner != 0) {
    Looked(mutex, EBUSY);
    return EBUSY;
  } else {
    Take(m);
  }
  Progressed();
  return Finish(0);
}

int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* deadline) {
  if (InHost()) return WEIR_REAL(pthread_mutex_timedlock)(mutex, deadline);
  return pthread_mutex_clocklock(mutex, CLOCK_REALTIME, deadline);
}

int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock, const timespec* deadline) {
  if (InHost()) return WEIR_REAL(pthread_mutex_clocklock)(mutex, clock, deadline);
  uint64_t deadline_ns;
  if (const int error = DeadlineOf(clock, deadline, &deadline_ns); error != 0) return error;
  return Finish(Lock(MutexOf(mutex), deadline_ns));
}

int pthread_mutex_unlock(pthread_mutex_t* mutex) {
  if (InHost()) return WEIR_REAL(pthread_mutex_unlock)(mutex);
  return Finish(Unlock(MutexOf(mutex)));
}

}  // extern "C"
