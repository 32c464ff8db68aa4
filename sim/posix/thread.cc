// pthread_create, join, detach, self, exit, names, yield; thread_local destructors.
//
// A pthread_t is the descriptor of the borrowed thread whose slot it is, so that it is what the
// thread itself finds in its FS base. Attributes: the detach state counts; stack sizes are the
// engine's. POSIX.1-2017, pthread_create(3) and its neighbours.
#include "sim/posix/thread.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unwind.h>

#include <cstdlib>
#include <cstring>

#include "sim/engine/fiber.h"
#include "sim/engine/heap.h"
#include "sim/engine/scheduler.h"
#include "sim/posix/clock.h"
#include "sim/posix/failed_call.h"
#include "sim/posix/key.h"
#include "sim/posix/real.h"

namespace weir::sim {
namespace {

struct ThreadLocalDestructor {
  ThreadLocalDestructor* next;
  void (*function)(void*);
  void* object;
};

// The thread that a handle names; null when it names none that lives or waits to be joined.
Thread* ThreadOf(pthread_t handle) {
  const ThreadSlot slot = SlotAt(static_cast<uintptr_t>(handle));
  if (slot == kNoThread || g_slots[slot].fs_base != static_cast<uintptr_t>(handle)) return nullptr;
  Thread& thread = world().threads[slot];
  return thread.state == ThreadState::kFree ? nullptr : &thread;
}

ThreadSlot JoinedThread(const void* object) { return SlotOf(*static_cast<const Thread*>(object)); }

int Finish(int error) {
  Result(static_cast<uint64_t>(error));
  return error;
}

// POSIX: joining a thread that is not joinable is undefined; glibc says EINVAL, ESRCH, EDEADLK.
int Join(pthread_t handle, void** result, uint64_t deadline_ns) {
  Thread* const thread = ThreadOf(handle);
  SchedulePoint(Op::kThreadJoin, thread);
  if (thread == nullptr) return ESRCH;
  if (thread == &CurrentThread()) return EDEADLK;
  if (thread->detached || thread->joined) return EINVAL;
  thread->joined = true;
  while (thread->state != ThreadState::kFinished) {
    if (!Block(Op::kThreadJoin, thread, &thread->joiners, deadline_ns, JoinedThread)) {
      thread->joined = false;
      return ETIMEDOUT;
    }
  }
  if (result != nullptr) *result = thread->result;
  ReleaseSlot(SlotOf(*thread));
  return 0;
}

// pthread_exit unwinds the stack as an exception nobody can catch would: destructors run. When the
// whole stack is unwound, the thread ends.
_Unwind_Reason_Code StopUnwinding(int, _Unwind_Action actions, _Unwind_Exception_Class,
                                  _Unwind_Exception*, _Unwind_Context*, void* result) {
  if ((actions & _UA_END_OF_STACK) != 0) {
    RunThreadExit();
    FinishThread(result);
  }
  return _URC_NO_REASON;
}

// The unwinder of the target's own libgcc_s: its landing pads resume there. Null in a target that
// has none. Asked once: all libraries are loaded with the target, and a search that finds nothing
// reads files.
using ForcedUnwind = _Unwind_Reason_Code (*)(_Unwind_Exception*, _Unwind_Stop_Fn, void*);
ForcedUnwind FindForcedUnwind() {
  HostScope host;
  void* const library = dlopen("libgcc_s.so.1", RTLD_NOW | RTLD_NOLOAD);
  if (library == nullptr) return nullptr;
  return reinterpret_cast<ForcedUnwind>(dlsym(library, "_Unwind_ForcedUnwind"));
}

[[noreturn]] void UnwindAndFinish(void* result) {
  static const ForcedUnwind unwind = FindForcedUnwind();
  if (unwind != nullptr) {
    auto* const exception =
        static_cast<_Unwind_Exception*>(HeapAllocate(sizeof(_Unwind_Exception)));
    std::memset(exception, 0, sizeof *exception);
    unwind(exception, StopUnwinding, result);
  }
  // The unwinder found no way (a frame without unwind information): end without destructors.
  RunThreadExit();
  FinishThread(result);
}

}  // namespace

void RunThreadLocalDestructors() {
  Thread& thread = CurrentThread();
  while (thread.tls_destructors != nullptr) {
    auto* const entry = static_cast<ThreadLocalDestructor*>(thread.tls_destructors);
    thread.tls_destructors = entry->next;
    entry->function(entry->object);
  }
}

void RunThreadExit() {
  RunThreadLocalDestructors();
  RunKeyDestructors();
}

}  // namespace weir::sim

using namespace weir::sim;  // NOLINT: the definitions below are C's

extern "C" {

int pthread_create(pthread_t* handle, const pthread_attr_t* attributes, void* (*start)(void*),
                   void* argument) {
  if (InHost()) return WEIR_REAL(pthread_create)(handle, attributes, start, argument);
  if (g_mode == Mode::kLoad) {
    FailExecution(VerdictKind::kUnsupportedCall, "pthread_create",
                  "starts a thread before main or scenario");
  }
  SchedulePoint(Op::kThreadCreate, nullptr);
  if (const int error = FailedCall(Op::kThreadCreate, nullptr, {EAGAIN})) return Finish(error);
  const ThreadSlot slot = SpawnThread(CurrentThread().process, start, argument);
  if (slot == kNoThread) FailAtThreadLimit();
  int state = PTHREAD_CREATE_JOINABLE;
  if (attributes != nullptr) pthread_attr_getdetachstate(attributes, &state);
  world().threads[slot].detached = state == PTHREAD_CREATE_DETACHED;
  *handle = static_cast<pthread_t>(g_slots[slot].fs_base);
  return Finish(0);
}

int pthread_join(pthread_t handle, void** result) {
  if (InHost()) return WEIR_REAL(pthread_join)(handle, result);
  return Finish(Join(handle, result, kNever));
}

int pthread_clockjoin_np(pthread_t handle, void** result, clockid_t clock, const timespec* time) {
  if (InHost()) return WEIR_REAL(pthread_clockjoin_np)(handle, result, clock, time);
  uint64_t deadline_ns;
  if (const int error = DeadlineOf(clock, time, &deadline_ns); error != 0) return error;
  return Finish(Join(handle, result, deadline_ns));
}

int pthread_timedjoin_np(pthread_t handle, void** result, const timespec* time) {
  if (InHost()) return WEIR_REAL(pthread_timedjoin_np)(handle, result, time);
  return pthread_clockjoin_np(handle, result, CLOCK_REALTIME, time);
}

int pthread_tryjoin_np(pthread_t handle, void** result) {
  if (InHost()) return WEIR_REAL(pthread_tryjoin_np)(handle, result);
  const Thread* const thread = ThreadOf(handle);
  if (thread != nullptr && thread->state != ThreadState::kFinished) {
    LookPoint(Op::kThreadJoin, thread);
    if (thread->state != ThreadState::kFinished) {
      Looked(thread, EBUSY);
      return EBUSY;
    }
  }
  return Finish(Join(handle, result, kNever));
}

int pthread_detach(pthread_t handle) {
  if (InHost()) return WEIR_REAL(pthread_detach)(handle);
  Thread* const thread = ThreadOf(handle);
  SchedulePoint(Op::kThreadDetach, thread);
  if (thread == nullptr) return Finish(ESRCH);
  if (thread->detached) return Finish(EINVAL);
  thread->detached = true;
  if (thread->state == ThreadState::kFinished) ReleaseSlot(SlotOf(*thread));
  return Finish(0);
}

pthread_t pthread_self() {
  if (g_mode != Mode::kTarget) return WEIR_REAL(pthread_self)();
  return static_cast<pthread_t>(g_slots[world().current].fs_base);
}

void pthread_exit(void* result) {
  if (InHost()) WEIR_REAL(pthread_exit)(result);
  UnwindAndFinish(result);
}

int pthread_setname_np(pthread_t handle, const char* name) {
  if (InHost()) return WEIR_REAL(pthread_setname_np)(handle, name);
  Thread* const thread = ThreadOf(handle);
  if (thread == nullptr) return ESRCH;
  if (std::strlen(name) >= sizeof thread->name) return ERANGE;
  std::strncpy(thread->name, name, sizeof thread->name);
  return 0;
}

int pthread_getname_np(pthread_t handle, char* buffer, size_t size) {
  if (InHost()) return WEIR_REAL(pthread_getname_np)(handle, buffer, size);
  const Thread* const thread = ThreadOf(handle);
  if (thread == nullptr) return ESRCH;
  if (std::strlen(thread->name) >= size) return ERANGE;
  std::strcpy(buffer, thread->name);
  return 0;
}

int sched_yield() {
  if (InHost()) return WEIR_REAL(sched_yield)();
  YieldPoint(Op::kYield, nullptr);
  return 0;
}

// There are no signals in an execution: a mask is accepted and means nothing.
int pthread_sigmask(int how, const sigset_t* set, sigset_t* old) {
  if (InHost()) return WEIR_REAL(pthread_sigmask)(how, set, old);
  if (old != nullptr) sigemptyset(old);
  return 0;
}

// Cancellation is not simulated (pthread_cancel is refused); its state is always what was asked
// for.
int pthread_setcancelstate(int state, int* old) {
  if (InHost()) return WEIR_REAL(pthread_setcancelstate)(state, old);
  if (old != nullptr) *old = PTHREAD_CANCEL_ENABLE;
  return 0;
}

int __cxa_thread_atexit_impl(void (*function)(void*), void* object, void* library) {
  using Real = int (*)(void (*)(void*), void*, void*);
  if (g_mode != Mode::kTarget) {
    static Real real = nullptr;
    if (real == nullptr) {
      real = reinterpret_cast<Real>(dlsym(RTLD_NEXT, "__cxa_thread_atexit_impl"));
    }
    // A thread_local made by a constructor of the target belongs to weir's own thread, which never
    // ends.
    return g_mode == Mode::kLoad ? 0 : real(function, object, library);
  }
  auto* const entry =
      static_cast<ThreadLocalDestructor*>(HeapAllocate(sizeof(ThreadLocalDestructor)));
  if (entry == nullptr) return -1;
  Thread& thread = CurrentThread();
  *entry = {static_cast<ThreadLocalDestructor*>(thread.tls_destructors), function, object};
  thread.tls_destructors = entry;
  return 0;
}

int __cxa_thread_atexit(void (*function)(void*), void* object, void* library) {
  return __cxa_thread_atexit_impl(function, object, library);
}

}  // extern "C"
