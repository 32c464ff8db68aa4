// pthread_barrier_init, destroy, wait; process-shared.
//
// The state lies in the pthread_barrier_t itself. Who arrives last gets
// PTHREAD_BARRIER_SERIAL_THREAD, as with glibc, and wakes the others; from then on the barrier is
// as new, whether or not they have run: they do not look at it again. So it may be waited at once
// more, or destroyed, at once. POSIX.1-2017, pthread_barrier_wait(3p) and its neighbours.
//
// Departures: to destroy a barrier that somebody waits at, to use one after that or before
// pthread_barrier_init(), and to use one without the process-shared attribute in shared memory from
// two processes are undefined in POSIX and the verdict mutex_misuse here. Who was killed while it
// waited has arrived, as on Linux.
#include <errno.h>
#include <limits.h>
#include <pthread.h>

#include <cstring>

#include "sim/engine/scheduler.h"
#include "sim/posix/real.h"
#include "sim/posix/shared_pool.h"

namespace weir::sim {
namespace {

struct Barrier {
  uint32_t count;    // how many meet; 0 = never initialised
  uint32_t arrived;  // of this round; below `count`
  WaitQueue waiters;
  uint16_t user;  // not process-shared, in shared memory: process + 1 of its first user
  bool process_shared;
  uint32_t destroyed;
};
static_assert(sizeof(Barrier) <= sizeof(pthread_barrier_t));
constexpr uint32_t kDestroyed = 0xDEAD'BA44;
constexpr uint32_t kMostCount = UINT_MAX / 2;  // glibc's BARRIER_IN_THRESHOLD

Barrier& BarrierOf(pthread_barrier_t* barrier) { return *reinterpret_cast<Barrier*>(barrier); }

int Finish(int result) {
  Result(static_cast<uint64_t>(result));
  return result;
}

void CheckUse(Barrier& b, const char* what) {
  if (b.destroyed == kDestroyed || b.count == 0) [[unlikely]] {
    FailExecution(VerdictKind::kMutexMisuse,
                  b.count == 0 ? "barrier_not_initialised" : "barrier_use_after_destroy",
                  "%s on a barrier that %s", what,
                  b.count == 0 ? "was never initialised" : "is destroyed");
  }
  if (!b.process_shared && !ClaimForProcess(&b, &b.user)) [[unlikely]] {
    FailExecution(VerdictKind::kMutexMisuse, "private_barrier_on_shared_memory",
                  "two processes use a barrier in shared memory that is not "
                  "PTHREAD_PROCESS_SHARED");
  }
}

}  // namespace
}  // namespace weir::sim

using namespace weir::sim;  // NOLINT: the definitions below are C's

extern "C" {

int pthread_barrier_init(pthread_barrier_t* barrier, const pthread_barrierattr_t* attributes,
                         unsigned count) {
  if (InHost()) return WEIR_REAL(pthread_barrier_init)(barrier, attributes, count);
  if (count == 0 || count > kMostCount) return Finish(EINVAL);
  std::memset(barrier, 0, sizeof *barrier);
  BarrierOf(barrier).count = count;
  if (attributes != nullptr) {
    int shared = 0;
    pthread_barrierattr_getpshared(attributes, &shared);
    BarrierOf(barrier).process_shared = shared == PTHREAD_PROCESS_SHARED;
  }
  return 0;
}

int pthread_barrier_destroy(pthread_barrier_t* barrier) {
  if (InHost()) return WEIR_REAL(pthread_barrier_destroy)(barrier);
  SchedulePoint(Op::kBarrierDestroy, barrier);
  Barrier& b = BarrierOf(barrier);
  CheckUse(b, "destroy");
  if (!b.waiters.empty()) {
    FailExecution(VerdictKind::kMutexMisuse, "barrier_destroy_waited",
                  "%s destroys a barrier that somebody waits at", CurrentThread().path);
  }
  b.destroyed = kDestroyed;
  return Finish(0);
}

int pthread_barrier_wait(pthread_barrier_t* barrier) {
  if (InHost()) return WEIR_REAL(pthread_barrier_wait)(barrier);
  SchedulePoint(Op::kBarrierWait, barrier);
  Barrier& b = BarrierOf(barrier);
  CheckUse(b, "wait");
  if (++b.arrived == b.count) {
    b.arrived = 0;
    WakeAll(b.waiters, Op::kBarrierWait, &b);
    return Finish(PTHREAD_BARRIER_SERIAL_THREAD);
  }
  if (g_mode == Mode::kLoad) {
    FailExecution(VerdictKind::kUnsupportedCall, "pthread_barrier_wait",
                  "waits at a barrier: nobody is there to meet it");
  }
  Block(Op::kBarrierWait, barrier, &b.waiters, kNever);
  // From here on the barrier may be gone.
  return Finish(0);
}

}  // extern "C"
