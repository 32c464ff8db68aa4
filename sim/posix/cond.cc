// pthread_cond_*: wait, timedwait, clockwait, signal, broadcast; the clock attribute;
// process-shared.
//
// The state lies in the pthread_cond_t itself; all zero is the static initialiser. To release the
// mutex and to fall asleep is one step. Signal wakes one waiter, which one is a decision; whoever
// is woken competes for the mutex like any other thread, so a third thread may get there first.
// POSIX.1-2017, pthread_cond_wait(3p), pthread_cond_signal(3p).
//
// Wake-ups may be spurious (FaultKind::kSpuriousWakeup). Departures: to destroy a condition
// variable that somebody waits for, to use one after that, and to wait on one with two mutexes at
// once are undefined in POSIX and the verdict mutex_misuse here; so is one without the
// process-shared attribute that two processes use in shared memory. A waiter whose process is
// killed is no waiter any more.
#include <errno.h>
#include <pthread.h>

#include <cstring>

#include "sim/engine/scheduler.h"
#include "sim/posix/clock.h"
#include "sim/posix/mutex.h"
#include "sim/posix/real.h"
#include "sim/posix/shared_pool.h"

namespace weir::sim {
namespace {

struct Condition {
  WaitQueue waiters;
  uint16_t user;  // not process-shared, in shared memory: process + 1 of its first user
  bool process_shared;
  uint8_t clock;  // CLOCK_REALTIME or CLOCK_MONOTONIC
  uint32_t destroyed;
  intptr_t mutex_distance;  // of the waiters: their mutex − this, the same in all mappings
};
static_assert(sizeof(Condition) <= sizeof(pthread_cond_t));
static_assert(CLOCK_REALTIME == 0);
constexpr uint32_t kDestroyed = 0xDEAD'C09D;

Condition& ConditionOf(pthread_cond_t* cond) { return *reinterpret_cast<Condition*>(cond); }

void CheckUse(Condition& c, const char* what) {
  if (c.destroyed == kDestroyed) [[unlikely]] {
    FailExecution(VerdictKind::kMutexMisuse, "cond_use_after_destroy",
                  "%s on a destroyed condition variable", what);
  }
  if (!c.process_shared && InSharedMemory(&c) && !ClaimForProcess(&c, &c.user)) [[unlikely]] {
    FailExecution(VerdictKind::kMutexMisuse, "private_cond_on_shared_memory",
                  "two processes use a condition variable in shared memory that is not "
                  "PTHREAD_PROCESS_SHARED");
  }
}

WEIR_HOT int Wait(pthread_cond_t* cond, pthread_mutex_t* mutex, uint64_t deadline_ns) {
  if (g_mode == Mode::kLoad) {
    FailExecution(VerdictKind::kUnsupportedCall, "pthread_cond_wait",
                  "waits on a condition variable: nobody is there to signal it");
  }
  SchedulePoint(Op::kCondWait, cond);
  Condition& c = ConditionOf(cond);
  CheckUse(c, "wait");
  const intptr_t distance = reinterpret_cast<intptr_t>(mutex) - reinterpret_cast<intptr_t>(cond);
  if (!c.waiters.empty() && c.mutex_distance != distance) {
    FailExecution(VerdictKind::kMutexMisuse, "cond_two_mutexes",
                  "%s waits on a condition variable with another mutex than those who wait already",
                  CurrentThread().path);
  }
  c.mutex_distance = distance;
  const uint32_t depth = MutexReleaseForWait(MutexOf(mutex));
  const uint64_t end_ns = EarlyEnd(FaultKind::kSpuriousWakeup, Op::kCondWait, cond, deadline_ns);
  const bool woken = BlockInline(Op::kCondWait, cond, &c.waiters, end_ns, nullptr);
  // From here on the condition variable may be gone: who is woken owes it nothing.
  const int locked = MutexRetakeAfterWait(MutexOf(mutex), depth);
  const bool timed_out = !woken && end_ns == deadline_ns;
  const int error = locked != 0 ? locked : timed_out ? ETIMEDOUT : 0;
  Result(static_cast<uint64_t>(error));
  return error;
}

int WaitUntil(pthread_cond_t* cond, pthread_mutex_t* mutex, clockid_t clock,
              const timespec* deadline) {
  uint64_t deadline_ns = 0;
  if (const int error = DeadlineOf(clock, deadline, &deadline_ns); error != 0) return error;
  return Wait(cond, mutex, deadline_ns);
}

// Out of line, so that the quiet half needs no stack frame.
[[gnu::noinline]] int SignalSlowly(pthread_cond_t* cond) {
  SchedulePoint(Op::kCondSignal, cond);
  Condition& c = ConditionOf(cond);
  CheckUse(c, "signal");
  if (!c.waiters.empty()) WakeOne(c.waiters, Op::kCondSignal, cond);
  return 0;
}

}  // namespace
}  // namespace weir::sim

using namespace weir::sim;  // NOLINT: the definitions below are C's

extern "C" {

int pthread_cond_init(pthread_cond_t* cond, const pthread_condattr_t* attributes) {
  if (InHost()) return WEIR_REAL(pthread_cond_init)(cond, attributes);
  std::memset(cond, 0, sizeof(pthread_cond_t));
  if (attributes != nullptr) {
    clockid_t clock = CLOCK_REALTIME;
    int shared = 0;
    pthread_condattr_getclock(attributes, &clock);
    pthread_condattr_getpshared(attributes, &shared);
    ConditionOf(cond).clock = static_cast<uint8_t>(clock);
    ConditionOf(cond).process_shared = shared == PTHREAD_PROCESS_SHARED;
  }
  return 0;
}

int pthread_cond_destroy(pthread_cond_t* cond) {
  if (InHost()) return WEIR_REAL(pthread_cond_destroy)(cond);
  Condition& c = ConditionOf(cond);
  CheckUse(c, "destroy");
  if (!c.waiters.empty()) {
    FailExecution(VerdictKind::kMutexMisuse, "cond_destroy_waited",
                  "%s destroys a condition variable that somebody waits for", CurrentThread().path);
  }
  c.destroyed = kDestroyed;
  return 0;
}

int pthread_cond_wait(pthread_cond_t* cond, pthread_mutex_t* mutex) {
  if (InHost()) return WEIR_REAL(pthread_cond_wait)(cond, mutex);
  return Wait(cond, mutex, kNever);
}

int pthread_cond_timedwait(pthread_cond_t* cond, pthread_mutex_t* mutex, const timespec* deadline) {
  if (InHost()) return WEIR_REAL(pthread_cond_timedwait)(cond, mutex, deadline);
  return WaitUntil(cond, mutex, ConditionOf(cond).clock, deadline);
}

int pthread_cond_clockwait(pthread_cond_t* cond, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* deadline) {
  if (InHost()) return WEIR_REAL(pthread_cond_clockwait)(cond, mutex, clock, deadline);
  return WaitUntil(cond, mutex, clock, deadline);
}

int pthread_cond_signal(pthread_cond_t* cond) {
  if (InHost()) return WEIR_REAL(pthread_cond_signal)(cond);
  const Condition& c = ConditionOf(cond);
  if (c.waiters.empty() && c.destroyed != kDestroyed && !InSharedMemory(&c) &&
      QuietSchedulePoint(Op::kCondSignal, cond)) {
    return 0;
  }
  return SignalSlowly(cond);
}

int pthread_cond_broadcast(pthread_cond_t* cond) {
  if (InHost()) return WEIR_REAL(pthread_cond_broadcast)(cond);
  SchedulePoint(Op::kCondBroadcast, cond);
  Condition& c = ConditionOf(cond);
  CheckUse(c, "broadcast");
  WakeAll(c.waiters, Op::kCondBroadcast, cond);
  return 0;
}

}  // extern "C"
