// Systematic search: every schedule within a number of deviations from the default, each once.
//
// Bounding by deviations from a default schedule is the idea of delay bounding (M. Emmi, S. Qadeer,
// Z. Rakamarić: Delay-Bounded Scheduling, POPL 2011); here a deviation is a choice, whichever. The
// reduction is source-DPOR (P. Abdulla, S. Aronis, B. Jonsson, K. Sagonas: Optimal Dynamic Partial
// Order Reduction, POPL 2014, algorithm 1) with its sleep sets (P. Godefroid, Partial-Order Methods
// for the Verification of Concurrent Systems, 1996). The older rule of C. Flanagan and P. Godefroid
// (POPL 2005), to try the thread of the second event, leaves classes out when that thread is
// asleep.
#ifndef WEIR_SIM_STRATEGY_BOUNDED_H_
#define WEIR_SIM_STRATEGY_BOUNDED_H_

#include <array>
#include <cstdint>
#include <vector>

#include "sim/engine/decision.h"
#include "sim/strategy/dependence.h"

namespace weir::sim {

// The tree of all decisions, depth first, one execution for each leaf; first those with no
// deviation, then those with one, and so on. What is decided:
//
// - who runs, of all threads that can; a thread that yields, spins or polls a clock is not let go
//   on while another one can run,
// - which of the first kWakeChoices waiters is woken, and the values of weir::Choose.
//
// Faults are none of it: in all schedules nothing goes wrong but the order.
//
// With `reduce` (and no bound) of the executions that differ only in the order of events that do
// not depend on each other one is explored, and what another one would repeat is not counted. It
// goes by what the operations of the threads are on, so it wants a program without data races; an
// operation whose objects are not known (a condition variable has a mutex besides) depends on all
// others, and where a timer is pending every thread is tried.
//
// What schedules have in common is run once: every kSnapshotNodes decisions the execution is
// copied, and the next one begins at the last copy before it parts from this one.
//
// With `parts` the deviations that come first are dealt out; reduced it is in one part.
//
// Not a function of (campaign seed, index): the executions come one after the other. Between two
// calls of Advance() all are the same one.
class BoundedStrategy final : public Strategy {
 public:
  // Decisions of one execution beyond which it is cut off, and the search is not complete.
  static constexpr size_t kMostDecisions = size_t{1} << 18;
  // With reduction it keeps more of each.
  static constexpr size_t kMostReduced = size_t{1} << 11;
  // Twice as many cost a tenth more time for marker_burst, and half as many copies.
  static constexpr size_t kSnapshotNodes = 32;
  static constexpr size_t kMostMarks = 128;

  BoundedStrategy() { minds_newcomers_ = false; }
  void Begin(const Execution& next, Random random) override;
  Choice Choose(const Point& point) override;
  void See(const Point& point) override;
  bool Advance() override;
  Coverage coverage() const override { return coverage_; }
  uint32_t resumes_from() const override { return resumed_; }

 private:
  using Words = std::array<uint64_t, ThreadSet::kWords>;

  // A decision on the way to the leaf, or an event about which nothing is decided.
  struct Node {
    DecisionKind kind = DecisionKind::kRun;
    bool blocked = false;  // kRun: the thread could not go on
    bool closed = false;   // nothing else is to be tried
    Choice chosen = 0;
    Choice fallback = 0;
    uint32_t alternatives = 1;  // not kRun: how many
    uint32_t before = 0;        // deviations on the way here
    uint64_t step = 0;
    uint32_t enabled_by = kNoEvent;
    Event event;      // what came of the choice
    Words enabled{};  // kRun: who could be chosen
    Words todo{};     // kRun: who is still to be
    Words done{};     // kRun: who was, before `chosen`
    Words asleep{};   // kRun: whose choice would repeat what was explored elsewhere
  };

  Choice Walk(const Point& point);
  static bool IsAt(const Node& node, const Point& point);
  void SetStay();
  Choice Enter(Node& node, const Point& point);
  Node Fresh(const Point& point);
  void FindRunner(Node& node);
  void NoteThreads(const Point& point);
  void FallAsleep(const Node& node);
  bool NextChoice(Node& node);
  bool NextRunner(Node& node);
  bool NextPath();
  bool IsOwn(const Node& node, Choice choice) const;
  void AddRaces();

  // A copy of the execution before the decision nodes_[node], with so many deviations.
  struct Mark {
    size_t node;
    uint32_t deviations;
  };
  void Resume(uint32_t snapshots);
  bool WantsSnapshot(const Point& point);

  Extent extent_;
  bool begun_ = false;
  uint32_t bound_ = 0;  // of this pass over the tree
  std::vector<Node> nodes_;
  size_t fixed_ = 0;  // nodes_[0 … fixed_) are decided; the others are new in this execution

  // Of this execution, so far.
  size_t at_ = 0;
  size_t next_ = 0;  // the known deviation that comes next, at the earliest
  uint32_t deviations_ = 0;
  std::vector<Mark> marks_;  // the first of them are those of the copies that the engine has
  uint32_t resumed_ = 0;     // the one that this execution began at; 0: none
  bool asked_ = false;       // for a copy, at this point, when there were so many
  uint32_t snapshots_ = 0;
  bool repeats_ = false;                            // the rest is known from other executions
  Words seen_{};                                    // who could run at the last point
  Words asleep_{};                                  // at the next node
  std::array<Event, kMaxThreads> pending_{};        // what each thread does next
  std::array<uint32_t, kMaxThreads> enabled_by_{};  // and what let it, if it had to wait

  Coverage coverage_;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_STRATEGY_BOUNDED_H_
