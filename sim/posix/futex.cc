// FUTEX_WAIT, WAKE, WAIT_BITSET, WAKE_BITSET: private or not, timeouts relative and absolute.
// futex(2).
//
// The comparison and the sleep are one step. Who is woken when more wait than are asked for is a
// decision. A futex in shared memory is its place there: one, at whatever addresses it is mapped.
// In ordinary memory it is its address, apart for calls with and without FUTEX_PRIVATE_FLAG, which
// do not meet in Linux either. (That key names no process: virtual processes share globals, and a
// guard of a static that one of them holds must be able to wake the other.) A private futex in
// shared memory is the verdict mutex_misuse: processes would sleep through each other's wakes.
//
// A wait may end for no reason with 0 or with EINTR (FaultKind::kSpuriousWakeup, kInterruptedWait).
//
// Departures: an address that can not be read is the verdict crash, not EFAULT. Priority
// inheritance, requeueing and WAKE_OP are not simulated.
#include "sim/posix/futex.h"

#include <errno.h>
#include <linux/futex.h>
#include <time.h>

#include "sim/engine/scheduler.h"
#include "sim/posix/clock.h"
#include "sim/posix/shared_pool.h"
#include "sim/posix/wait_table.h"

namespace weir::sim {
namespace {

constexpr int kFlags = FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME;

WaitKey KeyOfFutex(const uint32_t* word, bool is_private) {
  if (InSharedMemory(word)) {
    if (is_private) {
      FailExecution(VerdictKind::kMutexMisuse, "private_futex_on_shared_memory",
                    "%s uses FUTEX_PRIVATE_FLAG on shared memory: other processes are not woken",
                    CurrentThread().path);
    }
    return {WaitKey::Space::kFutexShared, SharedPlace(word)};
  }
  return {is_private ? WaitKey::Space::kFutexPrivate : WaitKey::Space::kFutexPlain,
          reinterpret_cast<uint64_t>(word)};
}

// The kernel checks what a wait is given before it looks at the word.
int WaitDeadline(const FutexCall& call, uint64_t* deadline_ns) {
  *deadline_ns = kNever;
  if (call.timeout == nullptr) return 0;
  if ((call.operation & ~kFlags) == FUTEX_WAIT) return DeadlineAfter(call.timeout, deadline_ns);
  if (call.timeout->tv_sec < 0) return EINVAL;
  const bool realtime = (call.operation & FUTEX_CLOCK_REALTIME) != 0;
  return DeadlineOf(realtime ? CLOCK_REALTIME : CLOCK_MONOTONIC, call.timeout, deadline_ns);
}

long Wait(const FutexCall& call, const WaitKey& key, uint32_t bits, uint64_t deadline_ns) {
  if (!QuietLookPoint(Op::kFutexWait, call.word)) LookPoint(Op::kFutexWait, call.word);
  const uint32_t found = __atomic_load_n(call.word, __ATOMIC_SEQ_CST);
  if (found != call.value) {
    Looked(call.word, found);
    return -EAGAIN;
  }
  if (g_mode == Mode::kLoad) {
    FailExecution(VerdictKind::kUnsupportedCall, "futex_wait",
                  "waits on a futex: nobody is there to wake it");
  }
  Progressed();
  const uint64_t spurious_ns =
      EarlyEnd(FaultKind::kSpuriousWakeup, Op::kFutexWait, call.word, deadline_ns);
  const uint64_t end_ns =
      EarlyEnd(FaultKind::kInterruptedWait, Op::kFutexWait, call.word, spurious_ns);
  CurrentThread().wait_value = call.value;
  const bool woken = WaitByKey(Op::kFutexWait, call.word, key, bits, end_ns);
  int error = 0;
  if (!woken && end_ns == deadline_ns) error = ETIMEDOUT;
  if (!woken && end_ns < spurious_ns) error = EINTR;
  Result(static_cast<uint64_t>(error));
  return -error;
}

long Wake(const FutexCall& call, const WaitKey& key, uint32_t bits) {
  if (!QuietSchedulePoint(Op::kFutexWake, call.word)) SchedulePoint(Op::kFutexWake, call.word);
  if (g_mode == Mode::kLoad) return 0;
  // As in Linux: none or a negative number wakes one.
  const uint32_t most = static_cast<int>(call.value) < 1 ? 1 : call.value;
  const uint32_t woken = WakeByKey(Op::kFutexWake, call.word, key, bits, most);
  Result(woken);
  return woken;
}

}  // namespace

long Futex(const FutexCall& call) {
  const int command = call.operation & ~kFlags;
  const bool waits = command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET;
  const bool wakes = command == FUTEX_WAKE || command == FUTEX_WAKE_BITSET;
  if (!waits && !wakes) {
    FailExecution(VerdictKind::kUnsupportedCall, "futex",
                  "calls futex() with operation %d, which weir does not simulate", command);
  }
  if (wakes && (call.operation & FUTEX_CLOCK_REALTIME) != 0) return -ENOSYS;
  uint64_t deadline_ns = kNever;
  if (waits && WaitDeadline(call, &deadline_ns) != 0) return -EINVAL;
  const bool selects = command == FUTEX_WAIT_BITSET || command == FUTEX_WAKE_BITSET;
  const uint32_t bits = selects ? call.bits : kAnyBits;
  if (bits == 0 || reinterpret_cast<uintptr_t>(call.word) % sizeof(uint32_t) != 0) return -EINVAL;
  const WaitKey key = KeyOfFutex(call.word, (call.operation & FUTEX_PRIVATE_FLAG) != 0);
  return waits ? Wait(call, key, bits, deadline_ns) : Wake(call, key, bits);
}

}  // namespace weir::sim
