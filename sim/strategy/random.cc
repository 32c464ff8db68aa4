#include "sim/strategy/random.h"

#include <algorithm>

#include "sim/fault/geometric.h"

namespace weir::sim {
namespace {

// A member of `runnable` other than `thread`, with equal chances. Precondition: there is one.
//
// Drawn from the first count − 1 places; the last member stands in for `thread` where it is met.
Choice AnyOther(const ThreadSet& runnable, ThreadSlot thread, Random& random) {
  const int others = runnable.count() - 1;
  const ThreadSlot drawn = runnable.Nth(static_cast<int>(random.Below(others)));
  return drawn != thread ? drawn : runnable.Nth(others);
}

}  // namespace

void RandomStrategy::Begin(const Execution& next, Random random) {
  random_ = random;
  environment_.Begin(next, random_);
  exponent_ = random_.Below(kStickiest + 1);
  leaves_at_ = 0;
  stays_until_ = 0;
}

Choice RandomStrategy::Choose(const Point& point) {
  if (point.kind != DecisionKind::kRun) return environment_.Choose(point, random_);
  const Choice disturbed = environment_.Disturb(point, random_);
  if (disturbed != Swarm::kUndisturbed) [[unlikely]]
    return disturbed;

  const ThreadSet& runnable = *point.runnable;
  if (point.yields && point.thread_can_run) {
    return runnable.count() == 1 ? point.thread : AnyOther(runnable, point.thread, random_);
  }
  if (point.thread_can_run) {
    if (leaves_at_ < point.step) leaves_at_ = point.step + Geometric(exponent_, random_);
    if (leaves_at_ > point.step) {
      stays_until_ = std::min(leaves_at_, environment_.disturbs_at());
      return point.thread;
    }
  }
  return runnable.Nth(static_cast<int>(random_.Below(static_cast<uint32_t>(runnable.count()))));
}

}  // namespace weir::sim
