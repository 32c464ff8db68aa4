#include "sim/strategy/environment.h"

namespace weir::sim {

void Environment::Begin(const Execution& next, Random& random) {
  swarm_.Begin(random, next.faults);
  any_waiter_ = random.Below(2) != 0;
}

Choice Environment::Choose(const Point& point, Random& random) const {
  switch (point.kind) {
    case DecisionKind::kRun:
      break;
    case DecisionKind::kWake:
      return any_waiter_ ? random.Below(point.alternatives) : 0;
    case DecisionKind::kValue:
      return random.Below(point.alternatives);
    case DecisionKind::kFault:
    case DecisionKind::kInject:
      return swarm_.Choose(point, random);
  }
  return point.fallback;
}

}  // namespace weir::sim
