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
  FaultKind fault = {};                 // kInject: which
};

// What a strategy may know before an execution.
struct Execution {
  uint64_t campaign_seed = 0;
  uint64_t index = 0;
  FaultSet faults = FaultSet::All();  // those that may be chosen
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

  // How often `kind` could happen from now on without Choose() being asked whether it does
  // (kInject): the engine counts. Asked when an execution has begun, and after each such Choose(),
  // at `step`.
  virtual uint64_t FaultAfter(FaultKind kind, uint64_t step) {
    (void)kind, (void)step;
    return ~uint64_t{0};  // never
  }

  // Before this step Choose() would leave the running thread where it is at every kRun point at
  // which that can go on and does not yield, as long as none of the runnable threads is killed and,
  // if minds_newcomers(), none becomes runnable. The engine then does so without asking. What
  // Choose() said last decides; 0: always ask.
  uint64_t stays_until() const { return stays_until_; }
  bool minds_newcomers() const { return minds_newcomers_; }

 protected:
  uint64_t stays_until_ = 0;
  bool minds_newcomers_ = true;  // constant during an execution
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
