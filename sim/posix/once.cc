// pthread_once, and with it libstdc++'s std::call_once.
//
// The pthread_once_t holds 0 before, 2 after (as glibc's), and the running thread in between; who
// comes while the routine runs waits in the wait table. A routine that is left by an exception or
// by pthread_exit has not run: the control is 0 again and one of those who wait runs it, as glibc
// does and std::call_once needs. POSIX.1-2017, pthread_once(3p).
//
// A call that finds the routine done is no scheduling point: that cannot change any more, so it
// commutes with whatever others do. Waiters are keyed by address alone, since virtual processes
// share the target's globals.
#include <limits.h>
#include <pthread.h>
#include <unwind.h>

#include "sim/engine/scheduler.h"
#include "sim/posix/race.h"
#include "sim/posix/real.h"
#include "sim/posix/wait_table.h"

namespace weir::sim {
namespace {

constexpr int kFresh = PTHREAD_ONCE_INIT;
constexpr int kDone = 2;
constexpr int kRunning = 0x100;  // + uid of the running thread
static_assert(kFresh == 0);

WaitKey KeyOfOnce(const pthread_once_t* control) {
  return {WaitKey::Space::kOnce, reinterpret_cast<uint64_t>(control)};
}

// Who runs the routine. Nobody, if that thread was killed in the middle: with its process's globals
// the control should be gone, so a later life may begin anew.
ThreadSlot RunningThread(const void* object) {
  const int state = *static_cast<const pthread_once_t*>(object);
  const World& w = world();
  for (uint32_t slot = 0; slot < w.slots_used; ++slot) {
    const Thread& thread = w.threads[slot];
    if (thread.state != ThreadState::kFree && kRunning + static_cast<int>(thread.uid) == state) {
      return static_cast<ThreadSlot>(slot);
    }
  }
  return kNoThread;
}

// In load mode there is one thread, which no uid stands for.
int Running() {
  return g_mode == Mode::kTarget ? kRunning + static_cast<int>(CurrentThread().uid) : INT_MAX;
}

// Everybody may look again: one runs the routine, if it is still to run; the others wait for that
// one.
void EndAttempt(pthread_once_t* control, int state) {
  *control = state;
  if (g_mode == Mode::kTarget) {
    WakeByKey(Op::kOnce, control, KeyOfOnce(control), kAnyBits, kMaxThreads);
  }
}

// True if the routine is the caller's to run, false when it has run.
bool Enter(pthread_once_t* control) {
  if (*control == kDone) return false;
  SchedulePoint(Op::kOnce, control);
  while (*control >= kRunning) {
    if (g_mode == Mode::kLoad) {
      FailExecution(VerdictKind::kUnsupportedCall, "pthread_once",
                    "calls pthread_once from within the very routine");
    }
    if (RunningThread(control) == kNoThread) break;
    WaitByKey(Op::kOnce, control, KeyOfOnce(control), kAnyBits, kNever, RunningThread);
  }
  return *control != kDone;
}

// The personality of the frame below: the routine is being left by an exception or by pthread_exit.
// Neither a destructor nor a catch, since what unwinds is the target's C++ runtime, which can pass
// through this frame but not land in it: weir's own unwinder would have to resume.
//
// The control lies here above the frame's stack pointer, which is what _Unwind_GetCFA says then.
constexpr uintptr_t kControlOffset = 8;

extern "C" [[gnu::used]] _Unwind_Reason_Code WeirLeaveOnce(int, _Unwind_Action actions,
                                                           _Unwind_Exception_Class,
                                                           _Unwind_Exception*,
                                                           _Unwind_Context* context) {
  if ((actions & _UA_CLEANUP_PHASE) != 0) {
    auto* const control =
        *reinterpret_cast<pthread_once_t**>(_Unwind_GetCFA(context) + kControlOffset);
    RaceLeavesOnce(control);
    EndAttempt(control, kFresh);
  }
  return _URC_CONTINUE_UNWIND;
}

// Calls `routine`, with `control` where WeirLeaveOnce finds it. 0x1B: the personality's address is
// relative.
extern "C" void WeirCallOnce(pthread_once_t* control, void (*routine)());
asm(R"(
.text
.globl WeirCallOnce
.type WeirCallOnce, @function
WeirCallOnce:
  .cfi_startproc
  .cfi_personality 0x1b, WeirLeaveOnce
  subq $24, %rsp
  .cfi_adjust_cfa_offset 24
  movq %rdi, 8(%rsp)
  call *%rsi
  addq $24, %rsp
  .cfi_adjust_cfa_offset -24
  ret
  .cfi_endproc
.size WeirCallOnce, .-WeirCallOnce
)");

}  // namespace
}  // namespace weir::sim

using namespace weir::sim;  // NOLINT: the definitions below are C's

extern "C" int pthread_once(pthread_once_t* control, void (*routine)()) {
  if (InHost()) return WEIR_REAL(pthread_once)(control, routine);
  if (!Enter(control)) return 0;
  *control = Running();
  WeirCallOnce(control, routine);
  SchedulePoint(Op::kOnce, control);  // it is done, and nobody knows yet
  EndAttempt(control, kDone);
  return 0;
}
