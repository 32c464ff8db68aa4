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

  // kRun: whether time passes to the next timer although threads could run. Draws only in
  // executions in which that can happen, and only when a timer is pending.
  bool LetsTimePass(const Point& point, Random& random) const {
    return point.timer_pending && slowness_ != 0 && random.Chance(slowness_);
  }

  // The choice at a point of another kind than kRun.
  Choice Choose(const Point& point, Random& random) const;

 private:
  uint32_t slowness_ = 0;      // chance of kAdvanceTime at a point, in 2^-32
  uint32_t crash_chance_ = 0;  // chance of a fault for a process that may have one, in 2^-32
  bool any_waiter_ = false;    // wakes any waiter with equal chances; else always the first
};

}  // namespace weir::sim

#endif  // WEIR_SIM_STRATEGY_ENVIRONMENT_H_
