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

#include "sim/engine/scheduler.h"
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

// Undoes the begin unless the routine has returned. A destructor and not a catch: the exception
// belongs to the target's C++ runtime, and must pass through weir's without being caught by it.
class Attempt {
 public:
  explicit Attempt(pthread_once_t* control) : control_(control) { *control = Running(); }
  ~Attempt() {
    // Everybody may look again: one runs the routine, the others wait for that one.
    *control_ = done_ ? kDone : kFresh;
    if (g_mode == Mode::kTarget) {
      WakeByKey(Op::kOnce, control_, KeyOfOnce(control_), kAnyBits, kMaxThreads);
    }
  }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;
  void Done() { done_ = true; }

 private:
  pthread_once_t* const control_;
  bool done_ = false;
};

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

}  // namespace
}  // namespace weir::sim

using namespace weir::sim;  // NOLINT: the definitions below are C's

extern "C" int pthread_once(pthread_once_t* control, void (*routine)()) {
  if (InHost()) return WEIR_REAL(pthread_once)(control, routine);
  if (!Enter(control)) return 0;
  Attempt attempt(control);
  routine();
  SchedulePoint(Op::kOnce, control);  // it is done, and nobody knows yet
  attempt.Done();
  return 0;
}
