// Scheduling points: what intercepted calls are made of.
//
// Internal to sim/engine and sim/posix; all of it is called from virtual threads (or, where a
// function says so, in load mode, where it does nothing). A call is written as
//
//   SchedulePoint(Op::kMutexLock, mutex);    // somebody else may run here
//   while (owned(mutex)) Block(…);           // the thread waits
//   take(mutex);
//   Result(0);                               // what came of it goes into the fingerprint
//
// so that the operation itself is one step: between one point and the next nothing else runs.
#ifndef WEIR_SIM_ENGINE_SCHEDULER_H_
#define WEIR_SIM_ENGINE_SCHEDULER_H_

#include <cstdint>

#include "sim/engine/decision.h"
#include "sim/engine/operation.h"
#include "sim/engine/point.h"
#include "sim/engine/verdict.h"
#include "sim/engine/world.h"

namespace weir::sim {

// Inline, in point.h. None has an effect in load mode.
//
// A scheduling point before an operation that may change something others look at.
void SchedulePoint(Op op, const void* object);
// A scheduling point before an operation that only looks. Whether it found anything new is known
// after it: call Looked(), or Progressed() and Result().
void LookPoint(Op op, const void* object);
// The operation of the last LookPoint() found `value` at `object` (and changed nothing). Finding
// the same again, with no progress of its own in between, makes the thread idle.
template <bool Quiet>
void Looked(const void* object, uint64_t value);
// The operation of the last LookPoint() did change something after all.
void Progressed();
// A scheduling point at which the thread only yields.
void YieldPoint(Op op, const void* object);
// Mixes the result of the last operation into the fingerprint.
template <bool Quiet>
void Result(uint64_t value);

// The current thread waits in `queue` (null: only for time) until somebody wakes it, or until
// virtual time reaches `deadline_ns` (kNever: no deadline). True if it was woken, false if time was
// up. The caller has already made its SchedulePoint.
bool Block(Op op, const void* object, WaitQueue* queue, uint64_t deadline_ns,
           HolderOf holder = nullptr);

// Makes a blocked thread runnable: out of its queue and its timer.
void Wake(ThreadSlot slot);
// The same for an operation of the target: out of its queue now, but perhaps runnable only later
// (FaultKind::kDelayedWakeup).
void WakeFor(ThreadSlot slot, Op op, const void* object);
// Wakes one waiter of a non-empty queue: a decision, the first by default.
ThreadSlot WakeOne(WaitQueue& queue, Op op, const void* object);
void WakeAll(WaitQueue& queue);
void WakeAll(WaitQueue& queue, Op op, const void* object);
ThreadSlot FirstOf(const WaitQueue& queue);
ThreadSlot NextOf(ThreadSlot slot);

// Whether a fault happens here: kNoFault, or a number below `alternatives` that says how.
Choice Inject(FaultKind kind, Op op, const void* object, uint32_t alternatives);

// For the deadline of a wait that may end by a fault of this kind: not later than `deadline_ns`.
// When it was the earlier one that ended the wait, nobody has woken the thread and its time is not
// up.
uint64_t EarlyEnd(FaultKind kind, Op op, const void* object, uint64_t deadline_ns);

// A number below `alternatives` (≥ 1), drawn by the strategy; 0 by default.
uint32_t Draw(DecisionKind kind, Op op, const void* object, uint32_t alternatives);

// Virtual time; reading it costs some (limits.h). Includes the scheduling point.
uint64_t ReadClock();
// Sleeps until then; returns at once (with a scheduling point) when that is past.
void SleepUntil(Op op, uint64_t deadline_ns);

// --- threads and processes
// --------------------------------------------------------------------------------

// Creates a runnable thread in the current thread's process (or as first of `process`). kNoThread
// when all slots are taken. The new thread does not run before the creator's next scheduling point.
ThreadSlot SpawnThread(uint16_t process, void* (*start)(void*), void* argument);
// The verdict of who can't do without that thread.
[[noreturn]] void FailAtThreadLimit();
// Ends the current thread: it never returns. Its slot is free once it is joined (now, if detached).
[[noreturn]] void FinishThread(void* result);
// Gives a finished thread's slot back.
void ReleaseSlot(ThreadSlot slot);

uint16_t SpawnProcess(const char* name, void (*body)(void*), void* context, uint32_t flags);
// Drops all threads of the process where they stand. The current thread may be one of them: then
// this does not return.
void KillProcess(uint16_t process);
void RestartProcess(uint16_t process);
inline Process& CurrentProcess() { return world().processes[CurrentThread().process]; }

// --- ends
// ---------------------------------------------------------------------------------------------------

// Ends the execution. `oracle` tells two failures of one kind apart.
[[noreturn]] void FailExecution(VerdictKind kind, const char* oracle, const char* format, ...)
    __attribute__((format(printf, 3, 4)));
// Ends it with the verdict limit, since weir has no more of `what`: "threads". The text goes on
// from "weir's limit: " and says what to raise.
[[noreturn]] void FailAtLimit(const char* what, const char* format, ...)
    __attribute__((format(printf, 2, 3)));
[[noreturn]] void PassExecution();
// From the handler of a fault on a virtual thread: saves the registers and arranges that the
// handler's return ends the execution.
void FailFromSignal(void* ucontext, VerdictKind kind, int signal, uintptr_t address,
                    const char* oracle, const char* message);

// What a thread's last moment runs, before FinishThread: set by sim/posix (thread_local
// destructors, keys).
extern void (*g_thread_exit_hook)();
// Threads have ended or were dropped: nobody has run since.
extern void (*g_death_hook)();
// The current thread is about to do `op`: shows the others those of the pending stores that are due
// by it, or by now; with kNone all of them. Called while World::pending_stores is not 0.
extern void (*g_store_hook)(Op op);
// exit() of the first process; does not return.
extern void (*g_exit_hook)(int status);
// Puts back what of sim/posix is not in tracked pages, before an execution.
extern void (*g_reset_hook)();

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_SCHEDULER_H_
