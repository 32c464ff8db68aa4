// The hot path: from an intercepted call to the next thread, in one frame.
//
// Internal to sim/engine and sim/posix; scheduler.h says what each function promises. All of it is
// inlined into the intercepted call on purpose: after a switch every return is mispredicted (the
// processor's stack of return addresses is the other thread's), so that each frame between the jump
// and the target's code costs about 20 cycles.
#ifndef WEIR_SIM_ENGINE_POINT_H_
#define WEIR_SIM_ENGINE_POINT_H_

#include <boost/context/detail/fcontext.hpp>

#include "sim/engine/check.h"
#include "sim/engine/fiber.h"
#include "sim/engine/run.h"
#include "sim/engine/world.h"

namespace weir::sim {

#define WEIR_HOT [[gnu::always_inline]] inline

// Odd constants for the fingerprint, so that an operation and a result of equal value differ.
inline constexpr uint64_t kPointSalt = 0x9E3779B97F4A7C15u;
inline constexpr uint64_t kResultSalt = 0xC2B2AE3D27D4EB4Fu;

// A 128-bit product folded to 64: every bit of both arguments reaches every bit of the result.
WEIR_HOT uint64_t Fold(uint64_t a, uint64_t b) {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// The unlikely halves, out of line.
void SlowPoint();
// `frame`: what lies below it on the thread's stack belongs to no function of the target.
void NotifyPoint(Op op, const void* object, const void* frame);
void NotifyResult(uint64_t value);
void NotifyDecision(const Point& point, Choice choice);
uint64_t CanonicalElsewhere(const void* object);
void TellAlone(Op op, const void* object, bool can_run, bool yields);
void SuspendForSnapshot();
void AdvanceTime();
void AdvanceTimeOrDeadlock();
void PassIdleTime();
void CountTowardsCrash();
void BeginSlice(ThreadSlot slot);
void EndSlice(ThreadSlot next);
void Pause(Op op, const void* object, Choice pause);
void WakeInStoppedProcess(ThreadSlot slot);
void CheckProgress();
Choice AskForFault(FaultKind kind, Op op, const void* object, uint32_t alternatives);
void WakeLate(ThreadSlot slot, uint64_t delay_ns);

// An address as the fingerprint sees it: itself where it is the same in every process.
WEIR_HOT uint64_t Canonical(const void* object) {
  const auto address = reinterpret_cast<uintptr_t>(object);
  if (IsFixedAddress(address) || address == 0) [[likely]]
    return address;
  return CanonicalElsewhere(object);
}

// Mixes a value in. The multiplication is off the fingerprint's own chain of dependencies; the next
// point's Fold spreads what is added here.
WEIR_HOT void MixResult(uint64_t value) { world().fingerprint += (value + 1) * kResultSalt; }

WEIR_HOT void MixPoint(Op op, uint64_t address) {
  World& w = world();
  w.fingerprint =
      Fold(w.fingerprint ^ address, kPointSalt ^ (static_cast<uint64_t>(op) << 16) ^ w.current);
}

// How many points the thread may have in a row without waiting.
WEIR_HOT uint64_t SliceOf(ThreadSlot slot) {
  const World& w = world();
  if (!w.slices_differ) [[likely]]
    return kSlicePoints;
  return kSlicePoints >> w.threads[slot].halvings;
}

WEIR_HOT void SwitchTo(ThreadSlot to) {
  World& w = world();
  const ThreadSlot from = w.current;
  if (to == from) return;
  WEIR_ASSERT(w.threads[to].state == ThreadState::kRunnable);
  w.current = to;
  w.running = &w.threads[to];
  w.slice_began = w.points;
  if (w.slices_differ) [[unlikely]]
    BeginSlice(to);
  WriteFsBase(w.running->fs_base);
  const boost::context::detail::transfer_t back = boost::context::detail::jump_fcontext(
      w.running->context, reinterpret_cast<void*>(static_cast<uintptr_t>(from)));
  w.threads[reinterpret_cast<uintptr_t>(back.data)].context = back.fctx;
}

// A fault has happened, and is over at that time.
WEIR_HOT void NoteFault(uint64_t until_ns) {
  World& w = world();
  if (w.faults_until_ns < until_ns) w.faults_until_ns = until_ns;
}

// What the strategy chose against the default. Beyond the log's capacity only that is noted.
WEIR_HOT void LogDeviation(Choice choice) {
  DecisionLog* const log = g_run.log;
  if (log == nullptr) return;
  if (log->size < log->capacity) [[likely]] {
    log->entries[log->size] = {world().decisions, choice};
    log->size = log->size + 1;
  } else {
    log->overflowed = true;
  }
}

WEIR_HOT void RecordChoice(const Point& point, Choice choice) {
  if (choice != point.fallback) LogDeviation(choice);
  ++world().decisions;
  if (g_run.watched) [[unlikely]]
    NotifyDecision(point, choice);
}

// Whose turn it is by default when the current thread does not go on.
WEIR_HOT ThreadSlot Fallback(bool rotate) {
  const World& w = world();
  return rotate ? w.runnable.After(w.current) : w.runnable.Lowest();
}

// From here on points only count, up to the first that does not: see QuietPoint().
WEIR_HOT void SetFast(uint64_t until, uint64_t decision) {
  World& w = world();
  if (g_run.watched || w.crash_drawn || w.pending_stores != 0) [[unlikely]]
    until = 0;
  w.fast_until = until < w.attention ? until : w.attention;
  w.fast_decision = decision;
}

// The strategy has chosen: until when it need not be asked whether that thread goes on.
WEIR_HOT void NoteStay(Choice choice) {
  World& w = world();
  const uint64_t stays = g_run.strategy->stays_until();
  const uint64_t rotates = (choice == w.current ? w.slice_began : w.points) +
                           SliceOf(static_cast<ThreadSlot>(choice)) + 1;
  w.quiet_until = stays < rotates ? stays : rotates;
  SetFast(w.runnable.count() > 1 ? w.quiet_until : 0, 1);
}

// The decision who runs next. `can_run`: the current thread could go on.
WEIR_HOT void ChooseThread(Op op, const void* object, bool can_run, bool yields) {
  World& w = world();
  for (;;) {
    const int count = w.runnable.count();
    const bool quiet = can_run && !yields && w.points < w.quiet_until;
    const bool timer =
        !w.timers.empty() && w.timers.earliest().deadline_ns <= w.now_ns + kMostDelayNs;
    // Time only draws near to a timer, and whatever puts it off or takes it away stops this.
    if (quiet && (count > 1 || timer) && !g_run.watched) {
      ++w.decisions;
      SetFast(w.quiet_until, 1);
      return;
    }
    if (count == 1 && !timer) {
      if (g_run.sees_all) [[unlikely]] {
        TellAlone(op, object, can_run, yields);
      } else {
        SetFast(w.timers.empty() ? w.attention : 0, 0);
      }
      if (!can_run) SwitchTo(w.runnable.Nth(0));  // what follows a switch happens much later
      return;
    }
    const bool over = can_run && w.points - w.slice_began > w.slice_points;
    const bool rotate = over || (can_run && yields);
    const Point point = {
        .kind = DecisionKind::kRun,
        .op = op,
        .thread = w.current,
        .thread_can_run = can_run,
        .yields = yields || rotate,
        .timer_pending = timer,
        .process_may_pause = w.running->process != 0,
        .process_may_stall = (w.processes[w.running->process].flags & kMayStallFlag) != 0,
        .fallback = can_run && !rotate ? w.current : Fallback(rotate),
        .alternatives = static_cast<uint32_t>(count),
        .runnable = &w.runnable,
        .object = object,
        .step = w.points,
        .round = w.round,
        .may_snapshot = g_run.may_snapshot,
        .snapshots = g_run.snapshots,
    };
    const Choice choice = quiet ? point.fallback : g_run.strategy->Choose(point);
    if (choice == kTakeSnapshot) [[unlikely]] {
      SuspendForSnapshot();
      continue;
    }
    RecordChoice(point, choice);
    if (choice >= kFirstPause) [[unlikely]] {
      if (choice == kAdvanceTime) {
        WEIR_ASSERT(timer);
        NoteFault(w.now_ns);
        AdvanceTime();
      } else {
        WEIR_ASSERT(can_run);
        Pause(op, object, choice);
        can_run = yields = false;
      }
      continue;
    }
    WEIR_ASSERT(w.runnable.Contains(static_cast<int>(choice)));
    if (over) [[unlikely]]
      EndSlice(static_cast<ThreadSlot>(choice));
    if (!quiet) NoteStay(choice);
    SwitchTo(static_cast<ThreadSlot>(choice));
    return;
  }
}

// The current thread can not go on: hands over to another one.
WEIR_HOT void GiveUp(Op op, const void* object) {
  World& w = world();
  w.slice_began = w.points;
  if (w.runnable.count() == 0) AdvanceTimeOrDeadlock();
  ChooseThread(op, object, false, false);
}

inline constexpr auto kTimerPlaceOf = [](ThreadSlot slot) -> TimerPlace& {
  return world().threads[slot].timer;
};

WEIR_HOT void Enqueue(WaitQueue& queue, ThreadSlot slot) {
  World& w = world();
  const auto link = static_cast<uint16_t>(slot + 1);
  Thread& thread = w.threads[slot];
  thread.queue = &queue;
  thread.next = 0;
  thread.previous = queue.tail;
  (queue.tail != 0 ? w.threads[queue.tail - 1].next : queue.head) = link;
  queue.tail = link;
  ++queue.count;
}

WEIR_HOT void Dequeue(Thread& thread) {
  World& w = world();
  WaitQueue& queue = *thread.queue;
  (thread.previous != 0 ? w.threads[thread.previous - 1].next : queue.head) = thread.next;
  (thread.next != 0 ? w.threads[thread.next - 1].previous : queue.tail) = thread.previous;
  --queue.count;
  thread.queue = nullptr;
}

// Takes a thread out of its queue and its timer.
WEIR_HOT void Unwait(Thread& thread) {
  if (thread.queue != nullptr) Dequeue(thread);
  if (thread.timer != 0) world().timers.Erase(SlotOf(thread), kTimerPlaceOf);
  if (thread.late) [[unlikely]] {
    thread.late = false;
    --world().late;
  }
}

// The set of runnable threads has changed: the strategy is asked again at the next point, if it
// minds.
WEIR_HOT void StopQuiet(uint64_t mask = 0) {
  world().quiet_until &= mask;
  world().fast_until = 0;
}

// Into the run queue. The strategy may want the newcomer to run at once.
WEIR_HOT void MakeRunnable(ThreadSlot slot) {
  World& w = world();
  w.threads[slot].state = ThreadState::kRunnable;
  w.runnable.Insert(slot);
  StopQuiet(g_run.quiet_mask);
}

// Block() and Wake(), for the calls that a program makes most.
WEIR_HOT bool BlockInline(Op op, const void* object, WaitQueue* queue, uint64_t deadline_ns,
                          HolderOf holder) {
  World& w = world();
  const ThreadSlot me = w.current;
  Thread& thread = *w.running;
  WEIR_ASSERT(thread.state == ThreadState::kRunnable);
  thread.state = ThreadState::kBlocked;
  thread.op = op;
  thread.object = object;
  thread.holder = holder;
  thread.timed_out = false;
  thread.clock_reads = 0;
  thread.halvings = 0;
  w.runnable.Erase(me);
  if (queue != nullptr) Enqueue(*queue, me);
  if (deadline_ns != kNever) w.timers.Push(deadline_ns, me, kTimerPlaceOf);
  GiveUp(op, object);
  WEIR_ASSERT(w.current == me && thread.state == ThreadState::kRunnable);
  return !thread.timed_out;
}

WEIR_HOT void WakeInline(ThreadSlot slot) {
  World& w = world();
  Thread& thread = w.threads[slot];
  WEIR_ASSERT(thread.state == ThreadState::kBlocked);
  if (w.now_ns < w.stopped_until_ns && w.now_ns < w.processes[thread.process].resumes_ns)
      [[unlikely]]
    return WakeInStoppedProcess(slot);
  Unwait(thread);
  thread.timed_out = false;
  MakeRunnable(slot);
}

// A fault could happen here: kNoFault, or how it does (below `alternatives`). A decision, though
// the strategy is asked only when it wants to be.
WEIR_HOT Choice Inject(FaultKind kind, Op op, const void* object, uint32_t alternatives) {
  World& w = world();
  uint64_t& left = w.fault_in[static_cast<size_t>(kind)];
  if (left == 0 || g_run.watched) [[unlikely]]
    return AskForFault(kind, op, object, alternatives);
  --left;
  ++w.decisions;
  return kNoFault;
}

// When a wait that may end by a fault of this kind does so, if nothing else ends it: at its
// deadline, or before.
WEIR_HOT uint64_t EarlyEnd(FaultKind kind, Op op, const void* object, uint64_t deadline_ns) {
  const Choice delay = Inject(kind, op, object, kDelays + 1);
  if (delay == kNoFault) [[likely]]
    return deadline_ns;
  const uint64_t end_ns = world().now_ns + DelayNs(delay);
  return end_ns < deadline_ns ? end_ns : deadline_ns;
}

// WakeInline() for an operation of the target, which the woken thread may notice late.
WEIR_HOT void WakeFor(ThreadSlot slot, Op op, const void* object) {
  const Choice delay = Inject(FaultKind::kDelayedWakeup, op, object, kDelays + 1);
  if (delay != kNoFault) [[unlikely]]
    return WakeLate(slot, DelayNs(delay));
  if (Inject(FaultKind::kSluggishWakeup, op, object, 2) != kNoFault) [[unlikely]]
    return WakeLate(slot, kTickNs - world().now_ns % kTickNs);
  WakeInline(slot);
}

// What all scheduling points share: counts, fingerprint, and the unlikely.
WEIR_HOT void Reach(Op op, const void* object) {
  WEIR_CHECK_INVARIANTS();
  World& w = world();
  ++w.points;
  MixPoint(op, Canonical(object));
  if (g_run.watched) [[unlikely]]
    NotifyPoint(op, object, __builtin_frame_address(0));
  if (w.points >= w.attention) [[unlikely]]
    SlowPoint();  // may end the run: its last point is told too
  if (w.crash_drawn) [[unlikely]]
    CountTowardsCrash();
}

WEIR_HOT void NoteProgress() { CurrentThread().version = ++world().progress; }

WEIR_HOT void MarkIdle(Thread& thread) {
  World& w = world();
  if (w.idle_stamp != w.progress) {
    w.idle_stamp = w.progress;
    w.idle = 0;
  }
  if (thread.idle_progress == w.progress) return;
  thread.idle_progress = w.progress;
  ++w.idle;
}

WEIR_HOT Thread::SeenLoad& SeenAt(Thread& thread, const void* object) {
  return thread.seen[(reinterpret_cast<uintptr_t>(object) >> 3) & 7];
}

// The current thread runs, about to do `op`.
WEIR_HOT void Resume(Op op) {
  if (world().pending_stores != 0) [[unlikely]]
    g_store_hook(op);
}

// The whole point, if nothing is to be done at it but to count: nobody else will run, nothing is
// watched, due or drawn. False: it has not been made, and nothing has changed.
//
// For the fast halves of the calls that programs make most, in functions so small that they need no
// stack frame of their own; the slow halves begin with SchedulePoint() or LookPoint(). Both do the
// same.
WEIR_HOT bool QuietPoint(Op op, const void* object) {
  World& w = world();
  const auto address = reinterpret_cast<uintptr_t>(object);
  if (g_mode != Mode::kTarget || w.points + 1 >= w.fast_until || !IsFixedAddress(address)) {
    return false;
  }
  WEIR_CHECK_INVARIANTS();
  ++w.points;
  w.decisions += w.fast_decision;
  MixPoint(op, address);
  return true;
}

// As SchedulePoint().
WEIR_HOT bool QuietSchedulePoint(Op op, const void* object) {
  if (!QuietPoint(op, object)) return false;
  NoteProgress();
  return true;
}

// As LookPoint(). While the target's constructors run there is no current thread to ask.
WEIR_HOT bool QuietLookPoint(Op op, const void* object) {
  return g_mode == Mode::kTarget && CurrentThread().repeat == 0 && QuietPoint(op, object);
}

WEIR_HOT void SchedulePoint(Op op, const void* object) {
  if (g_mode != Mode::kTarget) [[unlikely]]
    return;
  NoteProgress();
  Reach(op, object);
  ChooseThread(op, object, true, false);
  Resume(op);
}

WEIR_HOT void LookPoint(Op op, const void* object) {
  if (g_mode != Mode::kTarget) [[unlikely]]
    return;
  // A `repeat` of an earlier version is no longer to be read: the first look since then clears it.
  Thread& thread = CurrentThread();
  const Thread::SeenLoad& seen = SeenAt(thread, object);
  const bool repeats =
      seen.version == thread.version && seen.address == object && thread.repeat > 0;
  Reach(op, object);
  if (repeats) [[unlikely]]
    PassIdleTime();
  ChooseThread(op, object, true, repeats);
  Resume(op);
}

// `Quiet` in these two: right after a quiet point nobody watches, and it is a virtual thread that
// runs.
template <bool Quiet = false>
WEIR_HOT void Result(uint64_t value) {
  if (!Quiet && g_mode != Mode::kTarget) [[unlikely]]
    return;
  MixResult(value);
  if (!Quiet && g_run.watched) [[unlikely]]
    NotifyResult(value);
}

template <bool Quiet = false>
WEIR_HOT void Looked(const void* object, uint64_t value) {
  if (!Quiet && g_mode != Mode::kTarget) [[unlikely]]
    return;
  Result<Quiet>(value);
  World& w = world();
  Thread& thread = CurrentThread();
  Thread::SeenLoad& seen = SeenAt(thread, object);
  if (seen.address == object && seen.value == value && seen.version == thread.version)
      [[unlikely]] {
    ++thread.repeat;
    MarkIdle(thread);
    return;
  }
  seen = {object, value, thread.version};
  thread.repeat = 0;
  if (thread.idle_progress == w.progress) [[unlikely]] {
    --w.idle;
    thread.idle_progress = 0;
  }
}

WEIR_HOT void Progressed() {
  if (g_mode == Mode::kTarget) [[likely]]
    NoteProgress();
}

WEIR_HOT void YieldPoint(Op op, const void* object) {
  if (g_mode != Mode::kTarget) return;
  Reach(op, object);
  MarkIdle(CurrentThread());
  PassIdleTime();
  ChooseThread(op, object, true, true);
  Resume(op);
}

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_POINT_H_
