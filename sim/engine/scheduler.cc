#include "sim/engine/scheduler.h"

#include <algorithm>
#include <boost/context/detail/fcontext.hpp>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "sim/engine/fault_choice.h"
#include "sim/engine/fiber.h"
#include "sim/engine/run.h"
#include "sim/engine/stack_use.h"

namespace weir::sim {

Mode g_mode = Mode::kHost;
CurrentRun g_run;

uint64_t CanonicalElsewhere(const void* object) {
  const ObjectKey key = KeyOf(object);
  if (key.space == ObjectKey::Space::kUnknown) return 0;
  return key.owner + key.offset;
}

void NotifyDecision(const Point& point, Choice choice) {
  if (g_run.observer == nullptr) return;
  HostScope host;
  g_run.observer->OnDecision(point, choice);
}

void TellAlone(Op op, const void* object, bool can_run, bool yields) {
  const World& w = world();
  g_run.strategy->See({
      .kind = DecisionKind::kRun,
      .op = op,
      .thread = w.current,
      .thread_can_run = can_run,
      .yields = yields,
      .fallback = w.runnable.Nth(0),
      .alternatives = 1,
      .runnable = &w.runnable,
      .object = object,
      .step = w.points,
      .round = w.round,
  });
}

void SuspendForSnapshot() {
  World& w = world();
  g_mode = Mode::kHost;
  WriteFsBase(g_run.host_fs);
  // May return more than once.
  const boost::context::detail::transfer_t back = boost::context::detail::jump_fcontext(
      g_run.host_context, reinterpret_cast<void*>(kSnapshotTag | uintptr_t{w.current}));
  g_run.host_context = back.fctx;
}

void NotifyResult(uint64_t value) {
  if (g_run.observer == nullptr) return;
  HostScope host;
  g_run.observer->OnResult(world().current, value);
}

void ShowStores() {
  if (world().pending_stores != 0) g_store_hook(Op::kNone);
}

// Time jumps to the earliest timer, and everybody who is due at that moment becomes runnable.
void AdvanceTime() {
  World& w = world();
  w.busy_since = w.points;
  w.busy_halvings = 0;
  ShowStores();
  if (w.timers.earliest().deadline_ns > w.now_ns) w.now_ns = w.timers.earliest().deadline_ns;
  while (!w.timers.empty() && w.timers.earliest().deadline_ns <= w.now_ns) {
    const ThreadSlot slot = w.timers.earliest().slot;
    const bool late = w.threads[slot].late;
    if (w.now_ns < w.processes[w.threads[slot].process].resumes_ns) {
      // Its time is up, but it can not run. Until it can, somebody may still wake it.
      w.timers.Erase(slot, kTimerPlaceOf);
      w.timers.Push(w.processes[w.threads[slot].process].resumes_ns, slot, kTimerPlaceOf);
      continue;
    }
    Wake(slot);
    w.threads[slot].timed_out = !late;
  }
  MixResult(w.now_ns);
  CheckProgress();
}

// The scenario has said how long it may take from the last fault on.
void CheckProgress() {
  const World& w = world();
  if (w.bound_ns == 0) return;
  // What passed while threads worked is weir's guess, and no reason to call them slow.
  const uint64_t from_ns = std::max(w.faults_until_ns, w.bound_from_ns) + w.busy_passed_ns;
  if (w.now_ns <= from_ns || w.now_ns - from_ns <= w.bound_ns) return;
  FailExecution(VerdictKind::kNoProgress, "no_progress",
                "not done %llu ms of virtual time after the last fault",
                static_cast<unsigned long long>(w.bound_ns / 1'000'000));
}

// Others run while a fault keeps a thread late: they take time, or one that asks again and again
// for what the late one is to do would never get it.
static void PassLateTime() {
  World& w = world();
  const uint64_t half = (w.now_ns - w.late_since_ns) / 2;
  w.now_ns += std::clamp(half, kAttentionPoints * kLatePointNs, kMostDelayNs);
  if (w.timers.earliest().deadline_ns <= w.now_ns) AdvanceTime();
}

// Threads work, and time stands still: it goes on towards the earliest timer all the same, or who
// sleeps until he tells the others to stop would never do so. limits.h says how fast.
static void PassBusyTime() {
  World& w = world();
  if (w.timers.empty()) {
    w.busy_since = w.points;
    return;
  }
  const auto threads = static_cast<uint64_t>(std::max(w.runnable.count(), 1));
  if (w.points - w.busy_since < (kSlicePoints >> w.busy_halvings) * threads) return;
  const Timers::Entry next = w.timers.earliest();
  if (next.order != w.busy_timer) w.busy_steps = 0;
  w.busy_timer = next.order;
  const uint64_t left_ns = next.deadline_ns - std::min(next.deadline_ns, w.now_ns);
  const uint64_t step_ns = kMostDelayNs << std::min(w.busy_steps++, 30u);
  w.busy_passed_ns += std::min(left_ns, step_ns);
  if (left_ns > step_ns) {
    w.now_ns += step_ns;
    w.busy_since = w.points;
    return;
  }
  const uint32_t halvings = std::min(w.busy_halvings + 1, kMostBusyHalvings);
  AdvanceTime();
  w.busy_halvings = halvings;
}

// The thread, whose slice begins, may have a shorter one.
void BeginSlice(ThreadSlot slot) {
  World& w = world();
  w.slice_points = SliceOf(slot);
  w.slice_progress = w.progress;
}

// The current thread has had its slice without waiting, and `next` runs.
void EndSlice(ThreadSlot next) {
  World& w = world();
  Thread& thread = CurrentThread();
  if (next == w.current) {  // nobody else wants to run
    w.slice_began = w.points;
    return;
  }
  // What the others have done since it was last set aside.
  const uint64_t done = w.slices_differ ? w.slice_progress - thread.set_aside : 0;
  const bool needs_turns = thread.set_aside == 0 || (done > 0 && done < w.slice_points);
  thread.halvings = needs_turns ? std::min(thread.halvings + 1, kMostSliceHalvings) : 0;
  thread.set_aside = w.progress;
  w.slices_differ = true;
}

// The thread is late from now on, for so long.
static void MakeLate(ThreadSlot slot, uint64_t delay_ns) {
  World& w = world();
  w.threads[slot].late = true;
  if (w.late++ == 0) w.late_since_ns = w.now_ns;
  w.timers.Push(w.now_ns + delay_ns, slot, kTimerPlaceOf);
}

void SlowPoint() {
  World& w = world();
  if (g_run.progress != nullptr) g_run.progress->points = g_run.progress->points + kAttentionPoints;
  if (w.points >= w.step_cap) {
    FailAtLimit("step_cap",
                "still running after %llu scheduling points: it never ends, or needs a higher "
                "--step-cap",
                static_cast<unsigned long long>(w.points));
  }
  w.late != 0 ? PassLateTime() : PassBusyTime();
  CheckProgress();
  w.attention = std::min(w.points + kAttentionPoints, w.step_cap);
}

void NotifyPoint(Op op, const void* object, const void* frame) {
  World& w = world();
  Thread& thread = CurrentThread();
  thread.op = op;
  thread.object = object;
  if (g_run.progress != nullptr) {
    g_run.progress->last_step = w.points;
    g_run.progress->last_fingerprint = w.fingerprint;
  }
  if (g_run.observer != nullptr) {
    HostScope host;
    const Thread::SeenLoad& seen = SeenAt(thread, object);
    const bool repeats = seen.version == thread.version && seen.address == object;
    g_run.observer->OnPoint({w.points, w.now_ns, w.fingerprint, w.round, w.current,
                             thread.path_hash, op, repeats ? thread.repeat : 0, object,
                             KeyOf(object)});
  }
  CheckStackUse(op, object, frame);
}

void CountTowardsCrash() {
  const uint16_t id = CurrentThread().process;
  Process& process = world().processes[id];
  if (++process.ops == process.crash_op) CrashProcess(id);
}

// Everybody who can run only waits for something that nobody is about to do: let time pass.
void PassIdleTime() {
  World& w = world();
  if (w.idle_stamp != w.progress || w.idle < static_cast<uint32_t>(w.runnable.count())) return;
  if (w.pending_stores != 0) return ShowStores();
  if (w.idle_since != w.progress) {
    w.idle_since = w.progress;
    w.idle_points = 0;
    w.idle_began_ns = w.now_ns;
  }
  if (!w.timers.empty()) {
    w.now_ns += std::max(kIdlePointNs, (w.now_ns - w.idle_began_ns) / 8);
    if (w.timers.earliest().deadline_ns > w.now_ns) return;
    AdvanceTime();
    ++w.progress;
    return;
  }
  if (++w.idle_points > kIdlePointsCap) {
    FailExecution(VerdictKind::kLivelock, "idle",
                  "every thread that can run only yields, spins or reads clocks, and no timer is "
                  "pending");
  }
}

void AdvanceTimeOrDeadlock() {
  if (world().timers.empty()) {
    FailExecution(VerdictKind::kDeadlock, "deadlock", "no thread can run and no timer is pending");
  }
  // Those who are due may belong to a process that stands still.
  do {
    AdvanceTime();
  } while (world().runnable.count() == 0);
}

// A thread that can run stands still for so long.
static void StandStill(ThreadSlot slot, uint64_t delay_ns) {
  World& w = world();
  Thread& thread = w.threads[slot];
  thread.state = ThreadState::kBlocked;
  thread.holder = nullptr;
  if (thread.idle_progress == w.progress) {
    --w.idle;
    thread.idle_progress = 0;
  }
  w.runnable.Erase(slot);
  MakeLate(slot, delay_ns);
}

// All threads of the process stand still, as by SIGSTOP. What wakes them meanwhile, they notice
// when they go on.
static void StopProcess(uint16_t id, uint64_t delay_ns) {
  World& w = world();
  w.processes[id].resumes_ns = w.now_ns + delay_ns;
  w.stopped_until_ns = std::max(w.stopped_until_ns, w.now_ns + delay_ns);
  for (uint32_t slot = 0; slot < w.slots_used; ++slot) {
    const Thread& thread = w.threads[slot];
    if (thread.process == id && thread.state == ThreadState::kRunnable)
      StandStill(static_cast<ThreadSlot>(slot), delay_ns);
  }
}

void WakeInStoppedProcess(ThreadSlot slot) {
  const World& w = world();
  WakeLate(slot, w.processes[w.threads[slot].process].resumes_ns - w.now_ns);
}

// The current thread stands still, perhaps with its process; somebody else can run, or time has
// passed until somebody can.
void Pause(Op op, const void* object, Choice pause) {
  World& w = world();
  const uint64_t delay_ns = DelayNs(PauseKind(pause), DelayOf(pause));
  NoteFault(w.now_ns + delay_ns);
  w.running->op = op;
  w.running->object = object;
  ShowStores();  // whoever stands still has long written back what he stored
  if (PauseKind(pause) == FaultKind::kSlowThread) {
    StandStill(w.current, delay_ns);
  } else {
    StopProcess(w.running->process, delay_ns);
  }
  StopQuiet();
  w.slice_began = w.points;
  while (w.runnable.count() == 0) AdvanceTime();
}

void WakeLate(ThreadSlot slot, uint64_t delay_ns) {
  World& w = world();
  Thread& thread = w.threads[slot];
  WEIR_ASSERT(thread.state == ThreadState::kBlocked);
  Unwait(thread);
  MakeLate(slot, delay_ns);
  StopQuiet(~uint64_t{0});  // there is a timer now, and time may pass to it
}

Choice AskForFault(FaultKind kind, Op op, const void* object, uint32_t alternatives) {
  World& w = world();
  const Point point = {
      .kind = DecisionKind::kInject,
      .op = op,
      .thread = w.current,
      .fallback = kNoFault,
      .alternatives = alternatives,
      .object = object,
      .step = w.points,
      .round = w.round,
      .fault = kind,
  };
  Choice choice = kNoFault;
  uint64_t& left = w.fault_in[static_cast<size_t>(kind)];
  if (left == 0) {
    choice = g_run.strategy->Choose(point);
    left = g_run.strategy->FaultAfter(kind, w.points);
    WEIR_ASSERT(choice < alternatives);
  } else {
    --left;  // somebody watches
  }
  if (choice != kNoFault) {
    MixResult(choice);
    NoteFault(w.now_ns + (FormOf(kind) == FaultForm::kDelay ? DelayNs(choice) : 0));
  }
  RecordChoice(point, choice);
  return choice;
}

void SwitchAway(Op op, const void* object) { GiveUp(op, object); }

Choice DrawFault(uint16_t process) {
  World& w = world();
  const Point point = {
      .kind = DecisionKind::kFault,
      .op = Op::kProcessSpawn,
      .thread = w.current,
      .fallback = kNoFault,
      .alternatives = ~uint32_t{0},
      .object = &w.processes[process],
      .step = w.points,
      .round = w.round,
  };
  const Choice choice = g_run.strategy->Choose(point);
  MixResult(choice);
  RecordChoice(point, choice);
  return choice;
}

bool Block(Op op, const void* object, WaitQueue* queue, uint64_t deadline_ns, HolderOf holder) {
  return BlockInline(op, object, queue, deadline_ns, holder);
}

void Wake(ThreadSlot slot) { WakeInline(slot); }

ThreadSlot FirstOf(const WaitQueue& queue) {
  return queue.head == 0 ? kNoThread : static_cast<ThreadSlot>(queue.head - 1);
}

ThreadSlot NextOf(ThreadSlot slot) {
  const uint16_t next = world().threads[slot].next;
  return next == 0 ? kNoThread : static_cast<ThreadSlot>(next - 1);
}

ThreadSlot WakeOne(WaitQueue& queue, Op op, const void* object) {
  const uint32_t choices = queue.count < kWakeChoices ? queue.count : kWakeChoices;
  ThreadSlot slot = FirstOf(queue);
  if (choices > 1) {
    for (uint32_t choice = Draw(DecisionKind::kWake, op, object, choices); choice > 0; --choice) {
      slot = NextOf(slot);
    }
  }
  WakeFor(slot, op, object);
  return slot;
}

void WakeAll(WaitQueue& queue) {
  while (!queue.empty()) Wake(FirstOf(queue));
}

void WakeAll(WaitQueue& queue, Op op, const void* object) {
  while (!queue.empty()) WakeFor(FirstOf(queue), op, object);
}

uint32_t Draw(DecisionKind kind, Op op, const void* object, uint32_t alternatives) {
  if (alternatives <= 1 || g_mode != Mode::kTarget) return 0;
  World& w = world();
  const Point point = {
      .kind = kind,
      .op = op,
      .thread = w.current,
      .fallback = 0,
      .alternatives = alternatives,
      .object = object,
      .step = w.points,
      .round = w.round,
  };
  const Choice choice = g_run.strategy->Choose(point);
  WEIR_ASSERT(choice < alternatives);
  MixResult(choice);
  RecordChoice(point, choice);
  return choice;
}

uint64_t ReadClock() {
  World& w = world();
  if (g_mode != Mode::kTarget) return w.now_ns;
  Thread& thread = CurrentThread();
  const void* const clock = &w.now_ns;
  LookPoint(Op::kClockRead, nullptr);
  // Reads in a row, with nothing else done in between, are a wait for time to pass.
  Thread::SeenLoad& seen = SeenAt(thread, nullptr);
  uint64_t cost = kClockReadNs << (thread.clock_reads++ >> 10 & 31);
  if (seen.address == clock && seen.version == thread.version) {
    const uint64_t eighth = (w.now_ns - thread.spin_began_ns) / 8;
    if (eighth > cost) cost = eighth;
    ++thread.repeat;
    MarkIdle(thread);
  } else {
    seen = {clock, 0, thread.version};
    thread.spin_began_ns = w.now_ns;
  }
  w.now_ns += cost;
  Result(w.now_ns);
  return w.now_ns;
}

void SleepUntil(Op op, uint64_t deadline_ns) {
  if (g_mode != Mode::kTarget) return;
  SchedulePoint(op, nullptr);
  if (deadline_ns > world().now_ns) Block(op, nullptr, nullptr, deadline_ns);
}

void LeaveToHost() {
  g_mode = Mode::kHost;
  World& w = world();
  WriteFsBase(g_run.host_fs);
  boost::context::detail::jump_fcontext(g_run.host_context,
                                        reinterpret_cast<void*>(static_cast<uintptr_t>(w.current)));
  __builtin_unreachable();
}

// `prefix` stands in front of the message.
[[noreturn]] __attribute__((format(printf, 4, 0))) static void Fail(VerdictKind kind,
                                                                    const char* oracle,
                                                                    const char* prefix,
                                                                    const char* format,
                                                                    va_list arguments) {
  if (g_mode == Mode::kLoad) {
    g_mode = Mode::kHost;
    std::fprintf(stderr, "weir: a constructor of the target: %s", prefix);
    std::vfprintf(stderr, format, arguments);
    std::fputc('\n', stderr);
    _exit(2);
  }
  HostScope host;
  Verdict& verdict = world().verdict;
  verdict.kind = kind;
  verdict.thread = world().current;
  std::snprintf(verdict.oracle, sizeof verdict.oracle, "%s", oracle);
  const int length = std::snprintf(verdict.message, sizeof verdict.message, "%s", prefix);
  std::vsnprintf(verdict.message + length, sizeof verdict.message - static_cast<size_t>(length),
                 format, arguments);
  LeaveToHost();
}

void FailExecution(VerdictKind kind, const char* oracle, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  Fail(kind, oracle, "", format, arguments);
}

void FailAtLimit(const char* what, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  Fail(VerdictKind::kLimit, what, "weir's limit: ", format, arguments);
}

void PassExecution() {
  world().verdict.kind = VerdictKind::kPass;
  LeaveToHost();
}

}  // namespace weir::sim
