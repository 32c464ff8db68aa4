// The hot path: from an intercepted call to the next thread, in one frame.
//
// Internal to sim/engine and sim/posix; scheduler.h says what each function promises. All of it is inlined
// into the intercepted call on purpose: after a switch every return is mispredicted (the processor's
// stack of return addresses is the other thread's), so that each frame between the jump and the target's code
// costs about 20 cycles.
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
void NotifyPoint(Op op, const void* object);
void NotifyResult(uint64_t value);
void NotifyDecision(const Point& point, Choice choice);
void LogDeviation(Choice choice);
uint64_t CanonicalElsewhere(const void* object);
void AdvanceTime();
void PassIdleTime();
void CountTowardsCrash();

// An address as the fingerprint sees it: itself where it is the same in every process.
WEIR_HOT uint64_t Canonical(const void* object) {
  const auto address = reinterpret_cast<uintptr_t>(object);
  if (IsFixedAddress(address) || address == 0) [[likely]] return address;
  return CanonicalElsewhere(object);
}

// Mixes a value in. The multiplication is off the fingerprint's own chain of dependencies; the next
// point's Fold spreads what is added here.
WEIR_HOT void MixResult(uint64_t value) { world().fingerprint += (value + 1) * kResultSalt; }

WEIR_HOT void SwitchTo(ThreadSlot to) {
  World& w = world();
  const ThreadSlot from = w.current;
  if (to == from) return;
  WEIR_ASSERT(w.threads[to].state == ThreadState::kRunnable);
  w.current = to;
  w.running = &w.threads[to];
  w.slice = 0;
  WriteFsBase(g_slots[to].fs_base);
  const boost::context::detail::transfer_t back = boost::context::detail::jump_fcontext(
      w.running->context, reinterpret_cast<void*>(static_cast<uintptr_t>(from)));
  w.threads[reinterpret_cast<uintptr_t>(back.data)].context = back.fctx;
}

WEIR_HOT void RecordChoice(const Point& point, Choice choice) {
  if (choice != point.fallback) LogDeviation(choice);
  ++world().decisions;
  if (g_run.watched) [[unlikely]] NotifyDecision(point, choice);
}

// Whose turn it is by default when the current thread does not go on.
WEIR_HOT ThreadSlot Fallback(bool rotate) {
  const World& w = world();
  return rotate ? w.runnable.After(w.current) : w.runnable.Lowest();
}

// The decision who runs next. `can_run`: the current thread could go on.
WEIR_HOT void ChooseThread(Op op, const void* object, bool can_run, bool yields) {
  World& w = world();
  for (;;) {
    const int count = w.runnable.count();
    const bool timer = !w.timers.empty() && w.timers.earliest().deadline_ns <= w.now_ns + kMostDelayNs;
    if (count == 1 && !timer) {
      if (!can_run) SwitchTo(w.runnable.Nth(0));
      return;
    }
    const bool rotate = can_run && (yields || w.slice > kSlicePoints);
    const Point point = {
        .kind = DecisionKind::kRun,
        .op = op,
        .thread = w.current,
        .thread_can_run = can_run,
        .yields = yields || rotate,
        .timer_pending = timer,
        .fallback = can_run && !rotate ? w.current : Fallback(rotate),
        .alternatives = static_cast<uint32_t>(count),
        .runnable = &w.runnable,
        .object = object,
        .step = w.points,
    };
    const Choice choice = g_run.strategy->Choose(point);
    RecordChoice(point, choice);
    if (choice == kAdvanceTime) [[unlikely]] {
      WEIR_ASSERT(timer);
      AdvanceTime();
      continue;
    }
    WEIR_ASSERT(w.runnable.Contains(static_cast<int>(choice)));
    SwitchTo(static_cast<ThreadSlot>(choice));
    return;
  }
}

// What all scheduling points share: counts, fingerprint, and the unlikely.
WEIR_HOT void Reach(Op op, const void* object) {
  WEIR_CHECK_INVARIANTS();
  World& w = world();
  ++w.points;
  ++w.slice;
  w.fingerprint = Fold(w.fingerprint ^ Canonical(object),
                       kPointSalt ^ (static_cast<uint64_t>(op) << 16) ^ w.current);
  if (g_run.watched) [[unlikely]] NotifyPoint(op, object);
  if (w.points >= w.attention) [[unlikely]] SlowPoint();  // may end the run: its last point is told too
  if (w.crash_drawn) [[unlikely]] CountTowardsCrash();
}

WEIR_HOT void NoteProgress() {
  CurrentThread().version = ++world().progress;
}

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

WEIR_HOT void SchedulePoint(Op op, const void* object) {
  if (g_mode != Mode::kTarget) [[unlikely]] return;
  NoteProgress();
  Reach(op, object);
  ChooseThread(op, object, true, false);
}

WEIR_HOT void LookPoint(Op op, const void* object) {
  if (g_mode != Mode::kTarget) [[unlikely]] return;
  // A `repeat` of an earlier version is no longer to be read: the first look since then clears it.
  Thread& thread = CurrentThread();
  const Thread::SeenLoad& seen = SeenAt(thread, object);
  const bool repeats =
      seen.version == thread.version && seen.address == object && thread.repeat > 0;
  Reach(op, object);
  if (repeats) [[unlikely]] PassIdleTime();
  ChooseThread(op, object, true, repeats);
}

WEIR_HOT void Result(uint64_t value) {
  if (g_mode != Mode::kTarget) [[unlikely]] return;
  MixResult(value);
  if (g_run.watched) [[unlikely]] NotifyResult(value);
}

WEIR_HOT void Looked(const void* object, uint64_t value) {
  if (g_mode != Mode::kTarget) [[unlikely]] return;
  World& w = world();
  Thread& thread = CurrentThread();
  MixResult(value);
  if (g_run.watched) [[unlikely]] NotifyResult(value);
  Thread::SeenLoad& seen = SeenAt(thread, object);
  if (seen.address == object && seen.value == value && seen.version == thread.version) [[unlikely]] {
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
  if (g_mode == Mode::kTarget) [[likely]] NoteProgress();
}

WEIR_HOT void YieldPoint(Op op, const void* object) {
  if (g_mode != Mode::kTarget) return;
  Reach(op, object);
  MarkIdle(CurrentThread());
  PassIdleTime();
  ChooseThread(op, object, true, true);
}

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_POINT_H_
