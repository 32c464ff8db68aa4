// pthread_rwlock_*: readers preferred (the default) or writers; timed; process-shared. What
// std::shared_mutex and std::shared_timed_mutex are made of.
//
// The state lies in the pthread_rwlock_t itself. All zero is an unlocked lock that prefers readers,
// and the kind stands where glibc's static initialisers put it. Who leaves the lock free wakes one
// waiting writer or all waiting readers but gives them nothing: another thread that comes by in
// between may take it first. Where readers are preferred it is a decision which of both are woken,
// and they wait only while a writer holds the lock. Where writers are preferred
// (PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP) new readers also wait as long as a writer waits or
// is woken and has not run yet. PTHREAD_RWLOCK_PREFER_WRITER_NP prefers readers, as with glibc.
// POSIX.1-2017, pthread_rwlock_rdlock(3p) and its neighbours; pthread_rwlockattr_setkind_np(3).
//
// Departures: who unlocks is checked for a write lock only, since nobody keeps a list of readers.
// Of undefined behaviour, these are the verdict mutex_misuse: to unlock what is not locked or what
// another thread has locked for writing, to destroy a lock that is held or waited for, to use one
// after that, and to use one without the process-shared attribute in shared memory from two
// processes. There is no limit to the number of readers (EAGAIN). glibc hands a lock over where
// this one lets the woken compete, so that here a reader may be overtaken by a writer.
#include <errno.h>
#include <pthread.h>

#include <cstddef>
#include <cstring>

#include "sim/engine/scheduler.h"
#include "sim/posix/clock.h"
#include "sim/posix/mutex.h"
#include "sim/posix/real.h"
#include "sim/posix/shared_pool.h"

namespace weir::sim {
namespace {

struct RwLock {
  uint32_t readers;     // how many hold it for reading; 0 while there is a writer
  uint32_t writer_uid;  // of the writer: its slot may be somebody else's by now
  uint16_t writer;      // slot + 1 of who holds it for writing; 0 = nobody
  WaitQueue waiting_readers;
  WaitQueue waiting_writers;
  uint16_t coming_writers;  // woken, and have not run since
  uint16_t user;            // not process-shared, in shared memory: process + 1 of its first user
  bool process_shared;
  uint32_t destroyed;
  uint32_t unused[4];
  uint32_t kind;  // at glibc's __flags
};
static_assert(offsetof(RwLock, kind) == offsetof(pthread_rwlock_t, __data.__flags));
static_assert(sizeof(RwLock) <= sizeof(pthread_rwlock_t));
static_assert(PTHREAD_RWLOCK_DEFAULT_NP == PTHREAD_RWLOCK_PREFER_READER_NP &&
              PTHREAD_RWLOCK_PREFER_READER_NP == 0);
constexpr uint32_t kDestroyed = 0xDEAD'4310;

RwLock& RwLockOf(pthread_rwlock_t* lock) { return *reinterpret_cast<RwLock*>(lock); }

ThreadSlot WriterOf(const void* object) {
  const auto& lock = *static_cast<const RwLock*>(object);
  return lock.writer == 0 ? kNoThread : static_cast<ThreadSlot>(lock.writer - 1);
}

bool WrittenBySelf(const RwLock& lock) {
  return lock.writer == MutexSelf() && lock.writer_uid == MutexSelfUid();
}

bool WritersWait(const RwLock& lock) {
  return !lock.waiting_writers.empty() || lock.coming_writers > 0;
}

bool PrefersWriters(const RwLock& lock) {
  return lock.kind == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP;
}

bool ReadersMayEnter(const RwLock& lock) {
  return lock.writer == 0 && !(PrefersWriters(lock) && WritersWait(lock));
}

bool WriterMayEnter(const RwLock& lock) { return lock.writer == 0 && lock.readers == 0; }

int Finish(int error) {
  Result(static_cast<uint64_t>(error));
  return error;
}

void CheckUse(RwLock& lock, const char* what) {
  if (lock.destroyed == kDestroyed) [[unlikely]] {
    FailExecution(VerdictKind::kMutexMisuse, "rwlock_use_after_destroy",
                  "%s of a destroyed read-write lock", what);
  }
  if (!lock.process_shared && !ClaimForProcess(&lock, &lock.user)) [[unlikely]] {
    FailExecution(VerdictKind::kMutexMisuse, "private_rwlock_on_shared_memory",
                  "two processes use a read-write lock in shared memory that is not "
                  "PTHREAD_PROCESS_SHARED");
  }
}

bool Wait(Op op, RwLock& lock, WaitQueue& queue, uint64_t deadline_ns) {
  if (g_mode == Mode::kLoad) {
    FailExecution(VerdictKind::kUnsupportedCall, "pthread_rwlock",
                  "waits for a read-write lock: nobody is there to unlock it");
  }
  return Block(op, &lock, &queue, deadline_ns, WriterOf);
}

// No reader waits while another one holds the lock, unless a writer holds it back: it could be that
// the holder waits for it. Readers that stayed behind when a writer was woken go with this one.
void TakeForReading(RwLock& lock) {
  ++lock.readers;
  WakeAll(lock.waiting_readers);
}

void TakeForWriting(RwLock& lock) {
  lock.writer = MutexSelf();
  lock.writer_uid = MutexSelfUid();
}

int ReadLock(RwLock& lock, uint64_t deadline_ns) {
  SchedulePoint(Op::kReadLock, &lock);
  CheckUse(lock, "rdlock");
  if (WrittenBySelf(lock)) return EDEADLK;
  while (!ReadersMayEnter(lock)) {
    if (!Wait(Op::kReadLock, lock, lock.waiting_readers, deadline_ns)) return ETIMEDOUT;
  }
  TakeForReading(lock);
  return 0;
}

int WriteLock(RwLock& lock, uint64_t deadline_ns) {
  SchedulePoint(Op::kWriteLock, &lock);
  CheckUse(lock, "wrlock");
  if (WrittenBySelf(lock)) return EDEADLK;
  while (!WriterMayEnter(lock)) {
    if (!Wait(Op::kWriteLock, lock, lock.waiting_writers, deadline_ns)) {
      // Those whom this one has held back.
      if (ReadersMayEnter(lock)) WakeAll(lock.waiting_readers);
      return ETIMEDOUT;
    }
    --lock.coming_writers;
  }
  TakeForWriting(lock);
  return 0;
}

// The lock has become free.
void WakeNext(RwLock& lock) {
  const bool readers = !lock.waiting_readers.empty();
  const bool writers = !lock.waiting_writers.empty();
  if (writers && (!readers || PrefersWriters(lock) ||
                  Draw(DecisionKind::kWake, Op::kRwlockUnlock, &lock, 2) == 1)) {
    WakeOne(lock.waiting_writers, Op::kRwlockUnlock, &lock);
    ++lock.coming_writers;
  } else if (ReadersMayEnter(lock)) {
    WakeAll(lock.waiting_readers, Op::kRwlockUnlock, &lock);
  }
}

void Unlock(RwLock& lock) {
  if (lock.writer != 0) {
    if (!WrittenBySelf(lock)) {
      FailExecution(VerdictKind::kMutexMisuse, "rwlock_unlock_not_owner",
                    "%s unlocks a read-write lock that another thread has locked for writing",
                    CurrentThread().path);
    }
    lock.writer = 0;
  } else if (lock.readers > 0) {
    if (--lock.readers > 0) return;
  } else {
    FailExecution(VerdictKind::kMutexMisuse, "rwlock_unlock_unlocked",
                  "%s unlocks a read-write lock that is not locked", CurrentThread().path);
  }
  WakeNext(lock);
}

}  // namespace
}  // namespace weir::sim

using namespace weir::sim;  // NOLINT: the definitions below are C's

extern "C" {

int pthread_rwlock_init(pthread_rwlock_t* lock, const pthread_rwlockattr_t* attributes) {
  if (InHost()) return WEIR_REAL(pthread_rwlock_init)(lock, attributes);
  std::memset(lock, 0, sizeof *lock);
  if (attributes != nullptr) {
    int kind = 0, shared = 0;
    pthread_rwlockattr_getkind_np(attributes, &kind);
    pthread_rwlockattr_getpshared(attributes, &shared);
    RwLockOf(lock).kind = static_cast<uint32_t>(kind);
    RwLockOf(lock).process_shared = shared == PTHREAD_PROCESS_SHARED;
  }
  return 0;
}

int pthread_rwlock_destroy(pthread_rwlock_t* lock) {
  if (InHost()) return WEIR_REAL(pthread_rwlock_destroy)(lock);
  SchedulePoint(Op::kRwlockDestroy, lock);
  RwLock& l = RwLockOf(lock);
  CheckUse(l, "destroy");
  const bool held = !WriterMayEnter(l);
  if (held || !l.waiting_writers.empty() || !l.waiting_readers.empty()) {
    FailExecution(VerdictKind::kMutexMisuse, "rwlock_destroy_locked",
                  "%s destroys a read-write lock that %s", CurrentThread().path,
                  held ? "is locked" : "somebody waits for");
  }
  l.destroyed = kDestroyed;
  return Finish(0);
}

int pthread_rwlock_rdlock(pthread_rwlock_t* lock) {
  if (InHost()) return WEIR_REAL(pthread_rwlock_rdlock)(lock);
  return Finish(ReadLock(RwLockOf(lock), kNever));
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t* lock) {
  if (InHost()) return WEIR_REAL(pthread_rwlock_tryrdlock)(lock);
  LookPoint(Op::kTryReadLock, lock);
  RwLock& l = RwLockOf(lock);
  CheckUse(l, "tryrdlock");
  if (!ReadersMayEnter(l)) {
    Looked(lock, EBUSY);
    return EBUSY;
  }
  TakeForReading(l);
  Progressed();
  return Finish(0);
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t* lock, const timespec* deadline) {
  if (InHost()) return WEIR_REAL(pthread_rwlock_timedrdlock)(lock, deadline);
  return pthread_rwlock_clockrdlock(lock, CLOCK_REALTIME, deadline);
}

int pthread_rwlock_clockrdlock(pthread_rwlock_t* lock, clockid_t clock, const timespec* deadline) {
  if (InHost()) return WEIR_REAL(pthread_rwlock_clockrdlock)(lock, clock, deadline);
  uint64_t deadline_ns = 0;
  if (const int error = DeadlineOf(clock, deadline, &deadline_ns); error != 0) return error;
  return Finish(ReadLock(RwLockOf(lock), deadline_ns));
}

int pthread_rwlock_wrlock(pthread_rwlock_t* lock) {
  if (InHost()) return WEIR_REAL(pthread_rwlock_wrlock)(lock);
  return Finish(WriteLock(RwLockOf(lock), kNever));
}

int pthread_rwlock_trywrlock(pthread_rwlock_t* lock) {
  if (InHost()) return WEIR_REAL(pthread_rwlock_trywrlock)(lock);
  LookPoint(Op::kTryWriteLock, lock);
  RwLock& l = RwLockOf(lock);
  CheckUse(l, "trywrlock");
  if (!WriterMayEnter(l)) {
    Looked(lock, EBUSY);
    return EBUSY;
  }
  TakeForWriting(l);
  Progressed();
  return Finish(0);
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t* lock, const timespec* deadline) {
  if (InHost()) return WEIR_REAL(pthread_rwlock_timedwrlock)(lock, deadline);
  return pthread_rwlock_clockwrlock(lock, CLOCK_REALTIME, deadline);
}

int pthread_rwlock_clockwrlock(pthread_rwlock_t* lock, clockid_t clock, const timespec* deadline) {
  if (InHost()) return WEIR_REAL(pthread_rwlock_clockwrlock)(lock, clock, deadline);
  uint64_t deadline_ns = 0;
  if (const int error = DeadlineOf(clock, deadline, &deadline_ns); error != 0) return error;
  return Finish(WriteLock(RwLockOf(lock), deadline_ns));
}

int pthread_rwlock_unlock(pthread_rwlock_t* lock) {
  if (InHost()) return WEIR_REAL(pthread_rwlock_unlock)(lock);
  SchedulePoint(Op::kRwlockUnlock, lock);
  CheckUse(RwLockOf(lock), "unlock");
  Unlock(RwLockOf(lock));
  return Finish(0);
}

}  // extern "C"
