// A random walk with a stickiness of its own in each execution.
#ifndef WEIR_SIM_STRATEGY_RANDOM_H_
#define WEIR_SIM_STRATEGY_RANDOM_H_

#include "sim/engine/decision.h"
#include "sim/strategy/environment.h"

namespace weir::sim {

// At each point: stays on the running thread with probability s, else takes any runnable thread
// with equal chances (the running one among them). A thread that only yields is not stayed on:
// another one is taken, with equal chances, if there is one.
//
// s is drawn once per execution, log-uniformly: 1 − 2^-e with e uniform in 0 … 8. A walk that may
// switch at every point (e = 0) hardly ever lets one thread get far ahead of another: with two
// threads it is ahead by some √k after k steps. A sticky one does, and then misses what needs two
// switches at short distance. No single s is right, so each gets a ninth of the executions.
class RandomStrategy final : public Strategy {
 public:
  static constexpr uint32_t kStickiest = 8;

  RandomStrategy() { minds_newcomers_ = false; }
  void Begin(const Execution& next, Random random) override;
  Choice Choose(const Point& point) override;
  uint64_t FaultAfter(FaultKind kind, uint64_t step) override {
    return environment_.FaultAfter(kind, step, random_);
  }

  // The stickiness of this execution is 1 − 2^-exponent. For tests.
  uint32_t exponent() const { return exponent_; }

 private:
  Random random_;
  Environment environment_;
  uint32_t exponent_ = 0;
  uint64_t leaves_at_ =
      0;  // the next step at which it does not stay; a step in the past: not drawn
};

}  // namespace weir::sim

#endif  // WEIR_SIM_STRATEGY_RANDOM_H_
