// The one stream of decisions: whatever an execution does not determine itself is drawn here.
#ifndef WEIR_SIM_ENGINE_DECISION_H_
#define WEIR_SIM_ENGINE_DECISION_H_

#include <cstdint>

#include "sim/engine/fault.h"
#include "sim/engine/operation.h"
#include "sim/engine/random.h"
#include "sim/engine/thread_set.h"

namespace weir::sim {

enum class DecisionKind : uint8_t {
  kRun,     // which thread runs next; the choice is its slot, or kAdvanceTime
  kWake,    // which waiter is woken; the choice is its place in the queue, 0 = the first
  kValue,   // weir::Choose; the choice is the value, 0 by default
  kFault,   // a crash for a process that starts: 0 = none, else see fault_choice.h
  kInject,  // whether the fault `Point::fault` happens here: 0 = no, else how
};

// What was chosen. For kRun the slot of a runnable thread, or one of those below; else a number
// below `alternatives`.
using Choice = uint32_t;
inline constexpr Choice kNoFault = 0;

// A choice of kRun that lets virtual time pass to the next timer although threads could run: the
// running threads were slow. Offered only when `timer_pending`: the timer is due within
// kMostDelayNs.
inline constexpr Choice kAdvanceTime = 0xFFFF'0000;

// A choice of kRun that makes the running thread, or all of its process, stand where it is for
// DelayNs(kind, delay), and the others run. `kind` has the form kPause, `delay` is 1 … kDelays.
// Offered when the thread can run; for a process, when Point says so.
inline constexpr Choice kFirstPause = 0xFF00'0000;
constexpr Choice PauseChoice(FaultKind kind, uint32_t delay) {
  return kFirstPause | static_cast<uint32_t>(kind) << 16 | delay;
}
constexpr bool IsPause(Choice choice) { return choice >= kFirstPause && choice < kAdvanceTime; }
constexpr FaultKind PauseKind(Choice pause) { return static_cast<FaultKind>(pause >> 16 & 0xFF); }
constexpr uint32_t DelayOf(Choice pause) { return pause & 0xFFFF; }

// No choice, but what a strategy may say to a kRun decision in its place: copy the execution as it
// is now, and ask again. Later executions may begin there (Strategy::resumes_from). Offered when
// the point says so.
inline constexpr Choice kTakeSnapshot = 0xFFFF'0001;

// One decision, as a strategy sees it. Alive during the call only.
struct Point {
  DecisionKind kind;
  Op op;                           // what `thread` is about to do (or did, when it can not go on)
  ThreadSlot thread;               // who reached the point
  bool thread_can_run = true;      // kRun: `thread` is runnable itself
  bool yields = false;             // kRun: `thread` only yields, spins or polls a clock, or has run
                                   // for so long without waiting that others should (kSlicePoints)
  bool timer_pending = false;      // kRun: kAdvanceTime may be chosen
  bool process_may_pause = false;  // kRun: so may kSlowProcess, of a process that was spawned
  bool process_may_stall = false;  // kRun: so may kStall, of one that is said to bear it
  Choice fallback;                 // the default: what an empty schedule does
  uint32_t alternatives;           // how many choices there are (kRun: runnable threads)
  const ThreadSet* runnable = nullptr;  // kRun: all that can run; else null
  const void* object;                   // what the operation is on, null if nothing
  uint64_t step;                        // scheduling points so far in this execution
  uint64_t round = 0;                   // the last weir::Round(n); 0 before the first
  FaultKind fault = {};                 // kInject: which
  bool may_snapshot = false;            // kRun: kTakeSnapshot may be said
  uint32_t snapshots = 0;               // kRun: how many there are
};

struct Profile;  // sim/strategy/profile.h

// What a systematic strategy is to explore.
struct Extent {
  static constexpr uint32_t kUnbounded = ~uint32_t{0};
  uint32_t deviations = 2;  // schedules with at most so many
  bool reduce = false;      // of those that differ in the order of independent events only one
  uint64_t part = 0;        // of `parts` that divide the work
  uint64_t parts = 1;

  friend bool operator==(const Extent&, const Extent&) = default;
};

// What it has explored.
struct Coverage {
  uint64_t schedules = 0;  // different ones, in this part
  bool complete = false;   // there are no others
  bool cut = false;        // some had more decisions than it can keep, so it is never complete
};

// What a strategy may know before an execution.
struct Execution {
  uint64_t campaign_seed = 0;
  uint64_t index = 0;
  FaultSet faults = FaultSet::All();  // those that may be chosen
  // Of the default schedule with the same scenario and parameters; null if there is none. Alive
  // during the execution.
  const Profile* profile = nullptr;
  // Of the portfolio: how many threads that schedule has, if each execution of the scenario has
  // these parameters, so that it holds for the whole campaign. Else 0.
  uint32_t threads = 0;
  Extent extent = {};
  // Copies that executions of this strategy, this scenario and these parameters have left. None
  // when the execution is watched, which has to begin at its begin.
  uint32_t snapshots = 0;
};

struct Verdict;

// Chooses at each decision. All that a search strategy is.
//
// One object serves many executions, one after the other, on one OS thread. Choose() runs on the
// stack of the virtual thread: it may not allocate, block or call into the target.
class Strategy {
 public:
  virtual ~Strategy() = default;
  virtual void Begin(const Execution& next, Random random) = 0;  // once per execution
  virtual Choice Choose(const Point& point) = 0;                 // at each decision
  virtual void End(const Verdict& verdict) { (void)verdict; }    // what came of it

  // A systematic strategy goes on to its next execution; until then each Begin() repeats this one.
  // False: there is no other.
  virtual bool Advance() { return true; }
  virtual Coverage coverage() const { return {}; }

  // Which of the copies the next execution begins with, the n-th that is left, from 1; 0: none.
  // Those behind it are dropped. Asked after Begin(), unless Execution::snapshots is 0.
  virtual uint32_t resumes_from() const { return 0; }

  // How often `kind` could happen from now on without Choose() being asked whether it does
  // (kInject): the engine counts. Asked when an execution has begun, and after each such Choose(),
  // at `step`.
  virtual uint64_t FaultAfter(FaultKind kind, uint64_t step) {
    (void)kind, (void)step;
    return ~uint64_t{0};  // never
  }

  // A strategy that sees all: a kRun point at which nobody else can run either, so that nothing is
  // to be chosen. Under the same conditions as Choose().
  virtual void See(const Point& point) { (void)point; }
  bool sees_all() const { return sees_all_; }

  // Before this step Choose() would leave the running thread where it is at every kRun point at
  // which that can go on and does not yield, as long as none of the runnable threads is killed and,
  // if minds_newcomers(), none becomes runnable. The engine then does so without asking. What
  // Choose() said last decides; 0: always ask.
  uint64_t stays_until() const { return stays_until_; }
  bool minds_newcomers() const { return minds_newcomers_; }

 protected:
  uint64_t stays_until_ = 0;
  bool minds_newcomers_ = true;  // constant during an execution
  bool sees_all_ = false;        // constant during an execution; not with stays_until_
};

// The choice that an empty schedule makes everywhere.
class DefaultStrategy final : public Strategy {
 public:
  DefaultStrategy() {
    stays_until_ = ~uint64_t{0};
    minds_newcomers_ = false;
  }
  void Begin(const Execution&, Random) override {}
  Choice Choose(const Point& point) override { return point.fallback; }
};

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_DECISION_H_
