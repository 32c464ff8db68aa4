#include "sim/engine/scheduler.h"

#include <unistd.h>

#include <boost/context/detail/fcontext.hpp>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "sim/engine/fault_choice.h"
#include "sim/engine/fiber.h"
#include "sim/engine/run.h"

namespace weir::sim {

Mode g_mode = Mode::kHost;
CurrentRun g_run;

namespace {

using boost::context::detail::fcontext_t;
using boost::context::detail::jump_fcontext;
using boost::context::detail::transfer_t;

// Odd constants for the fingerprint, so that an operation and a result of equal value differ.
constexpr uint64_t kPointSalt = 0x9E3779B97F4A7C15u;
constexpr uint64_t kResultSalt = 0xC2B2AE3D27D4EB4Fu;
constexpr uint64_t kChoiceSalt = 0x165667B19E3779F9u;

// How often the parent sees progress, and how often unlikely things are looked after.
constexpr uint64_t kAttentionPoints = 1024;
// By default a thread that never waits is set aside after this many points: one that polls under a lock
// would else never let the others run.
constexpr uint32_t kSlicePoints = 10'000;

#ifdef WEIR_DEBUG
#define WEIR_ASSERT(condition)                                                              \
  do {                                                                                      \
    if (!(condition)) {                                                                     \
      std::fprintf(stderr, "%s:%d: engine invariant: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                         \
    }                                                                                       \
  } while (false)
#else
#define WEIR_ASSERT(condition) \
  do {                         \
  } while (false)
#endif

auto TimerPlaces() {
  return [](ThreadSlot slot) -> TimerPlace& { return world().threads[slot].timer; };
}

// An address as the fingerprint sees it: itself where it is the same in every process.
uint64_t Canonical(const void* object) {
  const auto address = reinterpret_cast<uintptr_t>(object);
  if (IsFixedAddress(address) || address == 0) [[likely]] return address;
  const ObjectKey key = KeyOf(object);
  if (key.space == ObjectKey::Space::kUnknown) return 0;
  return key.owner + key.offset;
}

void SwitchTo(ThreadSlot to) {
  World& w = world();
  const ThreadSlot from = w.current;
  if (to == from) return;
  WEIR_ASSERT(w.threads[to].state == ThreadState::kRunnable);
  w.current = to;
  w.slice = 0;
  WriteFsBase(g_slots[to].fs_base);
  const transfer_t back =
      jump_fcontext(w.threads[to].context, reinterpret_cast<void*>(static_cast<uintptr_t>(from)));
  w.threads[reinterpret_cast<uintptr_t>(back.data)].context = back.fctx;
}

void RecordChoice(const Point& point, Choice choice) {
  World& w = world();
  w.fingerprint = Fold(w.fingerprint ^ choice, kChoiceSalt);
  if (choice != point.fallback && g_run.log != nullptr) {
    DecisionLog& log = *g_run.log;
    if (log.size < log.capacity) {
      log.entries[log.size] = {w.decisions, choice};
      log.size = log.size + 1;
    } else {
      log.overflowed = true;
    }
  }
  ++w.decisions;
  if (g_run.observer != nullptr) [[unlikely]] {
    HostScope host;
    g_run.observer->OnDecision(point, choice);
  }
}

// Time jumps to the earliest timer, and everybody who is due at that moment becomes runnable.
void AdvanceTime() {
  World& w = world();
  if (w.timers.earliest().deadline_ns > w.now_ns) w.now_ns = w.timers.earliest().deadline_ns;
  while (!w.timers.empty() && w.timers.earliest().deadline_ns <= w.now_ns) {
    const ThreadSlot slot = w.timers.earliest().slot;
    Wake(slot);
    w.threads[slot].timed_out = true;
  }
  w.fingerprint = Fold(w.fingerprint ^ w.now_ns, kResultSalt);
}

void SlowPoint() {
  World& w = world();
  if (g_run.progress != nullptr) g_run.progress->points = g_run.progress->points + kAttentionPoints;
  if (w.points >= w.step_cap) {
    FailExecution(VerdictKind::kLivelock, "step_cap",
                  "still running after %llu scheduling points",
                  static_cast<unsigned long long>(w.points));
  }
  w.attention = w.points + kAttentionPoints;
  if (w.attention > w.step_cap) w.attention = w.step_cap;
}

void NotifyPoint(Op op, const void* object) {
  HostScope host;
  World& w = world();
  const Thread& thread = CurrentThread();
  g_run.observer->OnPoint({w.points, w.now_ns, w.fingerprint, w.round, w.current, thread.path_hash,
                           op, thread.repeat, object, KeyOf(object)});
}

// Whose turn it is by default when `from` does not go on.
ThreadSlot FallbackAfter(ThreadSlot from, bool rotate) {
  const World& w = world();
  return rotate ? w.runnable.After(from) : w.runnable.Lowest();
}

// The decision who runs next. `can_run`: the current thread could go on.
void ChooseThread(Op op, const void* object, bool can_run, bool yields) {
  World& w = world();
  for (;;) {
    const int count = w.runnable.count();
    const bool timer = !w.timers.empty();
    if (count == 1 && !timer) {
      SwitchTo(w.runnable.Nth(0));
      return;
    }
    const bool rotate = can_run && (yields || w.slice > kSlicePoints);
    const Point point = {
        .kind = DecisionKind::kRun,
        .op = op,
        .thread = w.current,
        .thread_can_run = can_run,
        .yields = yields,
        .timer_pending = timer,
        .fallback = can_run && !rotate ? w.current : FallbackAfter(w.current, rotate),
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

void Enqueue(WaitQueue& queue, ThreadSlot slot) {
  World& w = world();
  Thread& thread = w.threads[slot];
  thread.queue = &queue;
  thread.next = 0;
  thread.previous = queue.tail;
  if (queue.tail != 0) {
    w.threads[queue.tail - 1].next = static_cast<uint16_t>(slot + 1);
  } else {
    queue.head = static_cast<uint16_t>(slot + 1);
  }
  queue.tail = static_cast<uint16_t>(slot + 1);
}

void Dequeue(Thread& thread) {
  World& w = world();
  WaitQueue& queue = *thread.queue;
  (thread.previous != 0 ? w.threads[thread.previous - 1].next : queue.head) = thread.next;
  (thread.next != 0 ? w.threads[thread.next - 1].previous : queue.tail) = thread.previous;
  thread.queue = nullptr;
}

// What all scheduling points share: counts, fingerprint, and the unlikely.
void Reach(Op op, const void* object) {
  World& w = world();
  Thread& thread = CurrentThread();
  thread.op = op;
  thread.object = object;
  ++thread.ops;
  ++w.points;
  ++w.slice;
  w.fingerprint = Fold(w.fingerprint ^ Canonical(object),
                       kPointSalt ^ (static_cast<uint64_t>(op) << 16) ^ w.current);
  if (w.points >= w.attention) [[unlikely]] SlowPoint();
  if (g_run.observer != nullptr) [[unlikely]] NotifyPoint(op, object);
  Process& process = w.processes[thread.process];
  if (++process.ops == process.crash_op) [[unlikely]] CrashProcess(thread.process);
}

void NoteProgress() {
  World& w = world();
  Thread& thread = CurrentThread();
  ++w.progress;
  w.idle = 0;
  w.idle_points = 0;
  ++thread.version;
  thread.repeat = 0;
}

void MarkIdle(Thread& thread) {
  World& w = world();
  if (thread.idle_progress == w.progress) return;
  thread.idle_progress = w.progress;
  ++w.idle;
}

// Everybody who can run only waits for something that nobody is about to do: let time pass.
void PassIdleTime() {
  World& w = world();
  if (w.idle < static_cast<uint32_t>(w.runnable.count())) return;
  if (!w.timers.empty()) {
    AdvanceTime();
    ++w.progress;
    w.idle = 0;
  } else if (++w.idle_points > kIdlePointsCap) {
    FailExecution(VerdictKind::kLivelock, "idle",
                  "every thread that can run only yields, spins or reads clocks, and no timer is "
                  "pending");
  }
}

size_t SeenIndex(const void* object) { return (reinterpret_cast<uintptr_t>(object) >> 3) & 7; }

}  // namespace

void SwitchAway(Op op, const void* object) {
  World& w = world();
  w.slice = 0;
  if (w.runnable.count() == 0) {
    if (w.timers.empty()) {
      FailExecution(VerdictKind::kDeadlock, "deadlock",
                    "no thread can run and no timer is pending");
    }
    AdvanceTime();
  }
  ChooseThread(op, object, false, false);
}

void Unwait(Thread& thread) {
  if (thread.queue != nullptr) Dequeue(thread);
  if (thread.timer != 0) world().timers.Erase(SlotOf(thread), TimerPlaces());
}

Choice DrawFault(uint16_t process) {
  World& w = world();
  const Point point = {
      .kind = DecisionKind::kFault,
      .op = Op::kProcessSpawn,
      .thread = w.current,
      .thread_can_run = true,
      .yields = false,
      .timer_pending = false,
      .fallback = kNoFault,
      .alternatives = ~uint32_t{0},
      .runnable = nullptr,
      .object = &w.processes[process],
      .step = w.points,
  };
  const Choice choice = g_run.strategy->Choose(point);
  RecordChoice(point, choice);
  return choice;
}

void SchedulePoint(Op op, const void* object) {
  if (g_mode != Mode::kTarget) return;
  NoteProgress();
  Reach(op, object);
  ChooseThread(op, object, true, false);
}

void LookPoint(Op op, const void* object) {
  if (g_mode != Mode::kTarget) return;
  Thread& thread = CurrentThread();
  const Thread::SeenLoad& seen = thread.seen[SeenIndex(object)];
  const bool repeats =
      thread.repeat > 0 && seen.address == object && seen.version == thread.version;
  if (!repeats) thread.repeat = 0;
  Reach(op, object);
  if (repeats) [[unlikely]] PassIdleTime();
  ChooseThread(op, object, true, repeats);
}

void Looked(const void* object, uint64_t value) {
  if (g_mode != Mode::kTarget) return;
  World& w = world();
  Thread& thread = CurrentThread();
  w.fingerprint = Fold(w.fingerprint ^ value, kResultSalt);
  if (g_run.observer != nullptr) [[unlikely]] {
    HostScope host;
    g_run.observer->OnResult(w.current, value);
  }
  Thread::SeenLoad& seen = thread.seen[SeenIndex(object)];
  if (seen.address == object && seen.value == value && seen.version == thread.version) {
    ++thread.repeat;
    MarkIdle(thread);
    return;
  }
  seen = {object, value, thread.version};
  thread.repeat = 0;
  if (thread.idle_progress == w.progress) {
    --w.idle;
    thread.idle_progress = 0;
  }
}

void Progressed() {
  if (g_mode == Mode::kTarget) NoteProgress();
}

void YieldPoint(Op op, const void* object) {
  if (g_mode != Mode::kTarget) return;
  Thread& thread = CurrentThread();
  thread.repeat = 0;
  Reach(op, object);
  MarkIdle(thread);
  PassIdleTime();
  ChooseThread(op, object, true, true);
}

void Result(uint64_t value) {
  if (g_mode != Mode::kTarget) return;
  World& w = world();
  w.fingerprint = Fold(w.fingerprint ^ value, kResultSalt);
  if (g_run.observer != nullptr) [[unlikely]] {
    HostScope host;
    g_run.observer->OnResult(w.current, value);
  }
}

bool Block(Op op, const void* object, WaitQueue* queue, uint64_t deadline_ns, HolderOf holder) {
  World& w = world();
  const ThreadSlot me = w.current;
  Thread& thread = w.threads[me];
  WEIR_ASSERT(thread.state == ThreadState::kRunnable);
  thread.state = ThreadState::kBlocked;
  thread.op = op;
  thread.object = object;
  thread.holder = holder;
  thread.timed_out = false;
  thread.clock_reads = 0;
  w.runnable.Erase(me);
  if (queue != nullptr) Enqueue(*queue, me);
  if (deadline_ns != kNever) w.timers.Push(deadline_ns, me, TimerPlaces());
  SwitchAway(op, object);
  WEIR_ASSERT(w.current == me && thread.state == ThreadState::kRunnable);
  thread.holder = nullptr;
  return !thread.timed_out;
}

void Wake(ThreadSlot slot) {
  World& w = world();
  Thread& thread = w.threads[slot];
  WEIR_ASSERT(thread.state == ThreadState::kBlocked);
  Unwait(thread);
  thread.state = ThreadState::kRunnable;
  thread.timed_out = false;
  w.runnable.Insert(slot);
}

ThreadSlot FirstOf(const WaitQueue& queue) {
  return queue.head == 0 ? kNoThread : static_cast<ThreadSlot>(queue.head - 1);
}

ThreadSlot NextOf(ThreadSlot slot) {
  const uint16_t next = world().threads[slot].next;
  return next == 0 ? kNoThread : static_cast<ThreadSlot>(next - 1);
}

ThreadSlot WakeOne(WaitQueue& queue, Op op, const void* object) {
  uint32_t waiters = 0;
  for (ThreadSlot slot = FirstOf(queue); slot != kNoThread; slot = NextOf(slot)) ++waiters;
  uint32_t choice = Draw(DecisionKind::kWake, op, object, waiters);
  ThreadSlot slot = FirstOf(queue);
  while (choice-- > 0) slot = NextOf(slot);
  Wake(slot);
  return slot;
}

void WakeAll(WaitQueue& queue) {
  while (!queue.empty()) Wake(FirstOf(queue));
}

uint32_t Draw(DecisionKind kind, Op op, const void* object, uint32_t alternatives) {
  if (alternatives <= 1 || g_mode != Mode::kTarget) return 0;
  World& w = world();
  const Point point = {
      .kind = kind,
      .op = op,
      .thread = w.current,
      .thread_can_run = true,
      .yields = false,
      .timer_pending = false,
      .fallback = 0,
      .alternatives = alternatives,
      .runnable = nullptr,
      .object = object,
      .step = w.points,
  };
  const Choice choice = g_run.strategy->Choose(point);
  WEIR_ASSERT(choice < alternatives);
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
  Thread::SeenLoad& seen = thread.seen[SeenIndex(nullptr)];
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
  jump_fcontext(g_run.host_context, reinterpret_cast<void*>(static_cast<uintptr_t>(w.current)));
  __builtin_unreachable();
}

void FailExecution(VerdictKind kind, const char* oracle, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  if (g_mode == Mode::kLoad) {
    g_mode = Mode::kHost;
    std::fprintf(stderr, "weir: a constructor of the target: ");
    std::vfprintf(stderr, format, arguments);
    std::fputc('\n', stderr);
    _exit(2);
  }
  HostScope host;
  Verdict& verdict = world().verdict;
  verdict.kind = kind;
  verdict.thread = world().current;
  std::snprintf(verdict.oracle, sizeof verdict.oracle, "%s", oracle);
  std::vsnprintf(verdict.message, sizeof verdict.message, format, arguments);
  va_end(arguments);
  LeaveToHost();
}

void PassExecution() {
  world().verdict.kind = VerdictKind::kPass;
  LeaveToHost();
}

}  // namespace weir::sim
