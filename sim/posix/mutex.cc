// pthread_mutex_*: normal, recursive, errorcheck, adaptive; timed; process-shared; robust.
//
// mutex.h has the state. POSIX.1-2017, XSH 2.9.3, pthread_mutex_lock(3p),
// pthread_mutex_consistent(3p), pthread_mutexattr_setrobust(3p).
//
// A mutex remembers its owner by slot and uid, so nobody keeps a list of what a thread holds: who
// finds a robust mutex locked looks whether its owner lives, and a death wakes those who wait for
// a mutex that no living thread owns. All of them: a waiter that was woken and killed before it
// ran takes no wake with it. A mutex that is not robust stays locked when its owner ends.
//
// Departures: to relock a normal mutex, robust or not, to unlock one that the caller does not hold
// and that neither kind nor robustness lets answer EPERM, to destroy one that is locked or waited
// for, and to use one after that are undefined in POSIX and the verdict mutex_misuse here. To
// unlock an inner level of a recursive mutex that is inconsistent succeeds, where glibc says ESRCH.
#include "sim/posix/mutex.h"

#include <errno.h>
#include <pthread.h>

#include <cstring>

#include "sim/engine/scheduler.h"
#include "sim/posix/clock.h"
#include "sim/posix/real.h"
#include "sim/posix/state.h"

namespace weir::sim {
namespace {

void CheckMutexAlive(const Mutex& mutex, const char* what) {
  if (mutex.destroyed == kMutexDestroyed) [[unlikely]] {
    FailExecution(VerdictKind::kMutexMisuse, "use_after_destroy", "%s of a destroyed mutex", what);
  }
}

// True while the owner of a locked mutex can unlock it. Constructors of the target, which run in
// load mode, count as a thread that never ends.
bool OwnerLives(const Mutex& mutex) {
  if (mutex.owner > kMaxThreads) return mutex.owner != kNotRecoverable;
  const Thread& owner = world().threads[mutex.owner - 1];
  return owner.uid == mutex.owner_uid &&
         (owner.state == ThreadState::kRunnable || owner.state == ThreadState::kBlocked);
}

// Threads have died.
void WakeHeirs() {
  if (!posix_state().mutex.robust) return;
  World& w = world();
  for (uint32_t slot = 0; slot < w.slots_used; ++slot) {
    const Thread& thread = w.threads[slot];
    if (thread.state != ThreadState::kBlocked || thread.holder != MutexHolder) continue;
    const Mutex& mutex = *static_cast<const Mutex*>(thread.object);
    if ((mutex.kind & kRobustFlag) != 0 && (mutex.owner == 0 || !OwnerLives(mutex))) {
      Wake(static_cast<ThreadSlot>(slot));
    }
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
    if (const int error = Inherit(mutex); error != 0) [[unlikely]]
      return error;
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
        (mutex.kind & kKindMask) == PTHREAD_MUTEX_RECURSIVE || (mutex.kind & kRobustFlag) != 0) {
      return EPERM;
    }
    FailExecution(VerdictKind::kMutexMisuse, "unlock_not_owner",
                  "%s unlocks a mutex that it does not hold", CurrentThread().path);
  }
  if (mutex.count == kInconsistent) {
    GiveUpRobust(mutex);
  } else if (mutex.count > 0) {
    --mutex.count;
  } else {
    ReleaseMutex(mutex);
  }
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

int InheritRobust(Mutex& mutex) {
  if (mutex.owner == kNotRecoverable) return ENOTRECOVERABLE;
  if (OwnerLives(mutex)) return 0;
  TakeMutex(mutex);
  mutex.count = kInconsistent;
  return EOWNERDEAD;
}

void GiveUpRobust(Mutex& mutex) {
  mutex.owner = kNotRecoverable;
  mutex.count = 0;
  WakeAll(mutex.waiters);
}

void InstallMutexHooks() { g_death_hook = WakeHeirs; }

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
    if (robust == PTHREAD_MUTEX_ROBUST) posix_state().mutex.robust = true;
    MutexOf(mutex).kind = static_cast<uint32_t>(kind) |
                          (robust == PTHREAD_MUTEX_ROBUST ? kRobustFlag : 0) |
                          (shared != 0 ? kSharedFlag : 0);
  }
  return 0;
}

int pthread_mutex_destroy(pthread_mutex_t* mutex) {
  if (InHost()) return WEIR_REAL(pthread_mutex_destroy)(mutex);
  SchedulePoint(Op::kMutexDestroy, mutex);
  Mutex& m = MutexOf(mutex);
  CheckMutexAlive(m, "destroy");
  const bool locked = m.owner != 0 && ((m.kind & kRobustFlag) == 0 || OwnerLives(m));
  if (locked || !m.waiters.empty()) {
    FailExecution(VerdictKind::kMutexMisuse, "destroy_locked", "%s destroys a mutex that %s",
                  CurrentThread().path, locked ? "is locked" : "somebody waits for");
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
    const int error = Inherit(m);
    if (error == EOWNERDEAD) {
      Progressed();
      return Finish(error);
    }
    const int found = error != 0 ? error : EBUSY;
    Looked(mutex, static_cast<uint64_t>(found));
    return found;
  } else {
    TakeMutex(m);
  }
  Progressed();
  return Finish(0);
}

int pthread_mutex_consistent(pthread_mutex_t* mutex) {
  if (InHost()) return WEIR_REAL(pthread_mutex_consistent)(mutex);
  SchedulePoint(Op::kMutexConsistent, mutex);
  Mutex& m = MutexOf(mutex);
  CheckMutexAlive(m, "consistent");
  if (!MutexOwnedBySelf(m) || (m.count & kInconsistent) == 0) return Finish(EINVAL);
  m.count &= ~kInconsistent;
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
