// sem_init, destroy, wait, trywait, timedwait, clockwait, post, getvalue.
//
// The state lies in the sem_t itself. Post adds one and wakes one waiter, which one is a decision;
// the count is not handed over, so a thread that comes by in between may take it. POSIX.1-2017,
// sem_wait(3p) and its neighbours. Named semaphores (sem_open) are not simulated.
//
// Departures: to destroy a semaphore that somebody waits for, to use one after that, and to use one
// without pshared in shared memory from two processes are undefined in POSIX and the verdict
// mutex_misuse here.
#include <errno.h>
#include <limits.h>
#include <semaphore.h>

#include <cstring>

#include "sim/engine/scheduler.h"
#include "sim/posix/clock.h"
#include "sim/posix/real.h"
#include "sim/posix/shared_pool.h"

namespace weir::sim {
namespace {

struct Semaphore {
  uint32_t value;
  WaitQueue waiters;
  uint16_t user;  // not process-shared, in shared memory: process + 1 of its first user
  bool process_shared;
  uint32_t destroyed;
};
static_assert(sizeof(Semaphore) <= sizeof(sem_t));
constexpr uint32_t kDestroyed = 0xDEAD'5E3A;

Semaphore& SemaphoreOf(sem_t* semaphore) { return *reinterpret_cast<Semaphore*>(semaphore); }

int Fail(int error) {
  Result(static_cast<uint64_t>(error));
  errno = error;
  return -1;
}

void CheckUse(Semaphore& s, const char* what) {
  if (s.destroyed == kDestroyed) [[unlikely]] {
    FailExecution(VerdictKind::kMutexMisuse, "sem_use_after_destroy", "%s of a destroyed semaphore",
                  what);
  }
  if (!s.process_shared && !ClaimForProcess(&s, &s.user)) [[unlikely]] {
    FailExecution(
        VerdictKind::kMutexMisuse, "private_semaphore_on_shared_memory",
        "two processes use a semaphore in shared memory that sem_init() made without pshared");
  }
}

int Wait(sem_t* semaphore, uint64_t deadline_ns) {
  SchedulePoint(Op::kSemWait, semaphore);
  Semaphore& s = SemaphoreOf(semaphore);
  CheckUse(s, "wait");
  while (s.value == 0) {
    if (g_mode == Mode::kLoad) {
      FailExecution(VerdictKind::kUnsupportedCall, "sem_wait",
                    "waits for a semaphore: nobody is there to post it");
    }
    if (!Block(Op::kSemWait, semaphore, &s.waiters, deadline_ns)) return Fail(ETIMEDOUT);
  }
  --s.value;
  Result(0);
  return 0;
}

}  // namespace
}  // namespace weir::sim

using namespace weir::sim;  // NOLINT: the definitions below are C's

extern "C" {

int sem_init(sem_t* semaphore, int shared, unsigned value) {
  if (InHost()) return WEIR_REAL(sem_init)(semaphore, shared, value);
  if (value > SEM_VALUE_MAX) return Fail(EINVAL);
  std::memset(semaphore, 0, sizeof *semaphore);
  SemaphoreOf(semaphore).value = value;
  SemaphoreOf(semaphore).process_shared = shared != 0;
  return 0;
}

int sem_destroy(sem_t* semaphore) {
  if (InHost()) return WEIR_REAL(sem_destroy)(semaphore);
  Semaphore& s = SemaphoreOf(semaphore);
  CheckUse(s, "destroy");
  if (!s.waiters.empty()) {
    FailExecution(VerdictKind::kMutexMisuse, "sem_destroy_waited",
                  "%s destroys a semaphore that somebody waits for", CurrentThread().path);
  }
  s.destroyed = kDestroyed;
  return 0;
}

int sem_wait(sem_t* semaphore) {
  if (InHost()) return WEIR_REAL(sem_wait)(semaphore);
  return Wait(semaphore, kNever);
}

int sem_trywait(sem_t* semaphore) {
  if (InHost()) return WEIR_REAL(sem_trywait)(semaphore);
  LookPoint(Op::kSemTryWait, semaphore);
  Semaphore& s = SemaphoreOf(semaphore);
  CheckUse(s, "trywait");
  if (s.value == 0) {
    Looked(semaphore, EAGAIN);
    errno = EAGAIN;
    return -1;
  }
  --s.value;
  Progressed();
  Result(0);
  return 0;
}

int sem_timedwait(sem_t* semaphore, const timespec* deadline) {
  if (InHost()) return WEIR_REAL(sem_timedwait)(semaphore, deadline);
  return sem_clockwait(semaphore, CLOCK_REALTIME, deadline);
}

int sem_clockwait(sem_t* semaphore, clockid_t clock, const timespec* deadline) {
  if (InHost()) return WEIR_REAL(sem_clockwait)(semaphore, clock, deadline);
  uint64_t deadline_ns = 0;
  if (const int error = DeadlineOf(clock, deadline, &deadline_ns); error != 0) return Fail(error);
  return Wait(semaphore, deadline_ns);
}

int sem_post(sem_t* semaphore) {
  if (InHost()) return WEIR_REAL(sem_post)(semaphore);
  SchedulePoint(Op::kSemPost, semaphore);
  Semaphore& s = SemaphoreOf(semaphore);
  CheckUse(s, "post");
  if (s.value == SEM_VALUE_MAX) return Fail(EOVERFLOW);
  ++s.value;
  if (!s.waiters.empty()) WakeOne(s.waiters, Op::kSemPost, semaphore);
  Result(0);
  return 0;
}

int sem_getvalue(sem_t* semaphore, int* value) {
  if (InHost()) return WEIR_REAL(sem_getvalue)(semaphore, value);
  LookPoint(Op::kSemGetValue, semaphore);
  Semaphore& s = SemaphoreOf(semaphore);
  CheckUse(s, "getvalue");
  *value = static_cast<int>(s.value);
  Looked(semaphore, s.value);
  return 0;
}

}  // extern "C"
