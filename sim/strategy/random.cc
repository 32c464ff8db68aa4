#include "sim/strategy/random.h"

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

void RandomStrategy::Begin(const Execution&, Random random) {
  random_ = random;
  environment_.Begin(random_);
  exponent_ = random_.Below(kStickiest + 1);
}

Choice RandomStrategy::Choose(const Point& point) {
  if (point.kind != DecisionKind::kRun) return environment_.Choose(point, random_);
  if (environment_.LetsTimePass(point, random_)) return kAdvanceTime;

  const ThreadSet& runnable = *point.runnable;
  if (point.yields && point.thread_can_run) {
    return runnable.count() == 1 ? point.thread : AnyOther(runnable, point.thread, random_);
  }
  uint32_t bits = random_.Bits();
  if (point.thread_can_run) {
    // The upper bits say whether to stay (not all zero), the lower ones are left to say where to
    // go.
    if ((uint64_t{bits} << exponent_ >> 32) != 0) return point.thread;
    bits <<= exponent_;
  }
  const auto count = static_cast<uint64_t>(runnable.count());
  return runnable.Nth(static_cast<int>(bits * count >> 32));
}

}  // namespace weir::sim
