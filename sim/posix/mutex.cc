// pthread_mutex_*: normal, recursive, errorcheck, adaptive; timed; process-shared.
//
// mutex.h has the state. POSIX.1-2017, XSH 2.9.3.
#include "sim/posix/mutex.h"

#include <errno.h>
#include <pthread.h>

#include <cstring>

#include "sim/engine/scheduler.h"
#include "sim/posix/clock.h"
#include "sim/posix/real.h"

namespace weir::sim {
namespace {

void CheckMutexAlive(const Mutex& mutex, const char* what) {
  if (mutex.destroyed == kMutexDestroyed) [[unlikely]] {
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
  CheckMutexAlive(mutex, "lock");
  if (MutexOwnedBySelf(mutex)) {
    const bool timed = deadline_ns != kNever;
    const int error = Relock(mutex, timed);
    if (error != EDEADLK || (mutex.kind & kKindMask) == PTHREAD_MUTEX_ERRORCHECK) return error;
  }
  while (mutex.owner != 0) {
    if (!BlockInline(Op::kMutexLock, &mutex, &mutex.waiters, deadline_ns, MutexHolder)) {
      return ETIMEDOUT;
    }
  }
  TakeMutex(mutex);
  return 0;
}

WEIR_HOT int Unlock(Mutex& mutex) {
  SchedulePoint(Op::kMutexUnlock, &mutex);
  CheckMutexAlive(mutex, "unlock");
  if (!MutexOwnedBySelf(mutex)) {
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
  ReleaseMutex(mutex);
  return 0;
}

// A free mutex and nobody else's turn: most calls.
WEIR_HOT bool LockQuietly(Mutex& mutex) {
  if (mutex.owner != 0 || mutex.destroyed == kMutexDestroyed) return false;
  if (!QuietSchedulePoint(Op::kMutexLock, &mutex)) return false;
  TakeMutex(mutex);
  Result<true>(0);
  return true;
}

WEIR_HOT bool UnlockQuietly(Mutex& mutex) {
  if (!MutexOwnedBySelf(mutex) || mutex.count != 0 || !mutex.waiters.empty() ||
      mutex.destroyed == kMutexDestroyed) {
    return false;
  }
  if (!QuietSchedulePoint(Op::kMutexUnlock, &mutex)) return false;
  mutex.owner = 0;
  Result<true>(0);
  return true;
}

WEIR_HOT int Finish(int error) {
  Result(static_cast<uint64_t>(error));
  return error;
}

// Out of line, so that the quiet halves need no stack frame.
[[gnu::noinline]] int LockSlowly(Mutex& mutex) { return Finish(Lock(mutex, kNever)); }
[[gnu::noinline]] int UnlockSlowly(Mutex& mutex) { return Finish(Unlock(mutex)); }

}  // namespace
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
  CheckMutexAlive(m, "destroy");
  if (m.owner != 0 || !m.waiters.empty()) {
    FailExecution(VerdictKind::kMutexMisuse, "destroy_locked", "%s destroys a mutex that %s",
                  CurrentThread().path, m.owner != 0 ? "is locked" : "somebody waits for");
  }
  m.destroyed = kMutexDestroyed;
  return Finish(0);
}

int pthread_mutex_lock(pthread_mutex_t* mutex) {
  if (InHost()) return WEIR_REAL(pthread_mutex_lock)(mutex);
  if (LockQuietly(MutexOf(mutex))) return 0;
  return LockSlowly(MutexOf(mutex));
}

int pthread_mutex_trylock(pthread_mutex_t* mutex) {
  if (InHost()) return WEIR_REAL(pthread_mutex_trylock)(mutex);
  LookPoint(Op::kMutexTryLock, mutex);
  Mutex& m = MutexOf(mutex);
  CheckMutexAlive(m, "trylock");
  if (MutexOwnedBySelf(m) && (m.kind & kKindMask) == PTHREAD_MUTEX_RECURSIVE) {
    ++m.count;
  } else if (m.owner != 0) {
    Looked(mutex, EBUSY);
    return EBUSY;
  } else {
    TakeMutex(m);
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
  if (UnlockQuietly(MutexOf(mutex))) return 0;
  return UnlockSlowly(MutexOf(mutex));
}

}  // extern "C"
