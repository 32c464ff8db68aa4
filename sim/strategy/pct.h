// Probabilistic concurrency testing.
//
// S. Burckhardt, P. Kothari, M. Musuvathi, S. Nagarakatte: A Randomized Scheduler with
// Probabilistic Guarantees of Finding Bugs, ASPLOS 2010.
#ifndef WEIR_SIM_STRATEGY_PCT_H_
#define WEIR_SIM_STRATEGY_PCT_H_

#include <array>
#include <cstdint>
#include <optional>

#include "sim/engine/decision.h"
#include "sim/strategy/environment.h"
#include "sim/strategy/priorities.h"

namespace weir::sim {

// Algorithm 1 of the paper: threads get distinct random priorities, and the highest one that can
// run runs. d − 1 steps k1 … k(d−1) are drawn from [1, k]; the thread that reaches step ki is
// lowered to priority i, below all initial ones. A bug of depth d (d ordering constraints are
// enough to bring it about) in a program of n threads and at most k steps is found with probability
// at least 1/(n·k^(d−1)).
//
// Where this departs from the paper:
//
// - d is not a parameter: it climbs 1, 2, … kDeepest over the executions, and begins again.
// - k is not known, and learning it from earlier executions would make an execution depend on them
//   (and on the number of workers). It is the length of the default schedule with the same
//   parameters (profile.h). Runs are longer when threads contend or faults happen, so in one of
//   kGuessesOneOf executions, and without a profile in all, it is guessed instead: a power of two,
//   2^3 … 2^17 with equal chances. The guess is in [k, 2k) with probability 1/15, so the bound of
//   one execution of the right depth becomes 1/(15·n·(2k)^(d−1)) for 2^2 < k ≤ 2^17: a constant
//   factor of the paper's. With `length` k is given.
// - A small program, if it is known to be one (Execution::threads), has few orders of whole
//   threads: the first OrdersOf(threads) executions are these, one each, without faults. d is 1,
//   and priorities are not drawn. First come the orders in which the first thread, that creates the
//   others, has the highest one, but for that of the default schedule; then the one in which it has
//   the lowest. d climbs after them. A thread that the profile has not seen runs before all others.
// - A thread that yields, spins, polls a clock, or has run for kSlicePoints (limits.h) without
//   waiting, while others can run, is lowered below all others, and stays there; those that did so
//   take turns. Without that, a loop that waits for a thread of
//   lower priority never ends. The paper's bound is void for an execution in which it happened.
// - A step is a scheduling point of weir. Where only one thread can run, no decision is asked for;
//   a change point that falls there takes effect at the next decision.
// - A thread that was killed is not seen to end: the next one in its slot inherits its priority.
// - Which waiter is woken, values and faults are drawn by Environment; the paper has no such
//   choices.
class PctStrategy final : public Strategy {
 public:
  static constexpr int kDeepest = 5;
  static constexpr uint32_t kShortestLog = 3;  // the least guess of k is 2^3
  static constexpr uint32_t kLongestLog =
      17;  // the greatest: a full marker_burst has some 2^16 points
  static constexpr uint32_t kGuessesOneOf = 4;

  // Orders of whole threads that a program with so many has, beside the default's; 0 if that is
  // not known, or there are too many.
  static constexpr uint32_t kMostOrdered = 4;
  static constexpr uint64_t OrdersOf(uint32_t threads) {
    if (threads < 2 || threads > kMostOrdered) return 0;
    uint64_t orders = 1;  // (threads − 1)! − 1 and one more
    for (uint32_t i = 2; i < threads; ++i) orders *= i;
    return orders;
  }

  PctStrategy() = default;
  // For a program known to have at most `length` steps, ≥ 1, and bugs of depth `depth`, 1 …
  // kDeepest.
  PctStrategy(uint32_t length, int depth) : length_(length), fixed_depth_(depth) {}

  void Begin(const Execution& next, Random random) override;
  Choice Choose(const Point& point) override;
  uint64_t FaultAfter(FaultKind kind, uint64_t step) override {
    return environment_.FaultAfter(kind, step, random_);
  }

  // d of this execution, and what its bookkeeping has cost. For tests.
  int depth() const { return depth_; }
  uint64_t updates() const { return priorities_.updates(); }

 private:
  struct Change {
    uint64_t step;
    int priority;
  };
  static constexpr uint64_t kNever = ~uint64_t{0};

  uint32_t LengthOf(const Execution& next);
  // Execution `order` < OrdersOf(threads).
  void RankThreads(uint64_t order, uint32_t threads);
  void PutRanked(const ThreadSet& runnable);
  void ApplyChanges(const Point& point);

  const std::optional<uint32_t> length_;
  const int fixed_depth_ = 0;
  Random random_;
  Environment environment_;
  Priorities priorities_;
  int depth_ = 1;
  int applied_ = 0;                         // changes_[0 … applied_) are in the past
  std::array<Change, kDeepest> changes_{};  // by step; behind the last stands {kNever, 0}
  // In an order of whole threads, else null.
  const Profile* ranks_of_ = nullptr;
  std::array<int, kMostOrdered> rank_{};  // by place in the profile; −1: has its priority
};

}  // namespace weir::sim

#endif  // WEIR_SIM_STRATEGY_PCT_H_
