// The decisions that are not about which thread runs: slow threads, woken waiters, values, faults.
//
// The random strategies share them, so that they differ in what they are about, the order of
// threads.
#ifndef WEIR_SIM_STRATEGY_ENVIRONMENT_H_
#define WEIR_SIM_STRATEGY_ENVIRONMENT_H_

#include <cstdint>

#include "sim/engine/decision.h"

namespace weir::sim {

class Environment {
 public:
  // Draws how this execution's environment behaves. Once per execution, before the calls below.
  void Begin(Random& random);

  // kRun: whether time passes to the next timer although threads could run. In executions in which
  // that can happen each point has a chance of its own; where no timer is pending it is lost.
  bool LetsTimePass(const Point& point, Random& random) {
    if (point.step < slow_at_) [[likely]]
      return false;
    return IsSlow(point, random);
  }

  // The first step at which LetsTimePass() may be true, if it is asked at all of them until then.
  uint64_t slow_at() const { return slow_at_; }

  // The choice at a point of another kind than kRun.
  Choice Choose(const Point& point, Random& random) const;

 private:
  bool IsSlow(const Point& point, Random& random);

  uint64_t slow_at_ = 0;       // the next step with kAdvanceTime; a step in the past: not drawn
  uint32_t slowness_ = 0;      // the chance of kAdvanceTime at a point is 2^-slowness_
  uint32_t crash_chance_ = 0;  // chance of a fault for a process that may have one, in 2^-32
  bool any_waiter_ = false;    // wakes any waiter with equal chances; else always the first
};

}  // namespace weir::sim

#endif  // WEIR_SIM_STRATEGY_ENVIRONMENT_H_
