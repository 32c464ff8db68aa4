// The decisions that are not about the order of threads: faults, woken waiters, values.
//
// The random strategies share them, so that they differ in what they are about.
#ifndef WEIR_SIM_STRATEGY_ENVIRONMENT_H_
#define WEIR_SIM_STRATEGY_ENVIRONMENT_H_

#include <cstdint>

#include "sim/engine/decision.h"
#include "sim/fault/swarm.h"

namespace weir::sim {

class Environment {
 public:
  // Draws how this execution's environment behaves. Once per execution, before the calls below.
  void Begin(const Execution& next, Random& random);

  // kRun: what happens in place of a choice among the threads, or Swarm::kUndisturbed.
  Choice Disturb(const Point& point, Random& random) { return swarm_.Disturb(point, random); }
  // The first step at which Disturb() may say something, if it is asked at all until then.
  uint64_t disturbs_at() const { return swarm_.disturbs_at(); }

  // The choice at a point of another kind than kRun.
  Choice Choose(const Point& point, Random& random) const;
  // As Strategy::FaultAfter.
  uint64_t FaultAfter(FaultKind kind, uint64_t step, Random& random) const {
    return swarm_.After(kind, step, random);
  }

 private:
  Swarm swarm_;
  bool any_waiter_ = false;  // wakes any waiter with equal chances; else always the first
};

}  // namespace weir::sim

#endif  // WEIR_SIM_STRATEGY_ENVIRONMENT_H_
