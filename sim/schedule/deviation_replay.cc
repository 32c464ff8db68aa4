#include "sim/schedule/deviation_replay.h"

#include "sim/schedule/key.h"

namespace weir::sim {

void DeviationReplay::Begin(const Execution&, Random) {
  next_ = 0;
  decision_ = 0;
  misfit_ = false;
}

Choice DeviationReplay::Choose(const Point& point) {
  const uint64_t decision = decision_++;
  if (next_ == deviations_.size() || deviations_[next_].decision != decision) return point.fallback;
  const Choice choice = deviations_[next_++].choice;
  if (IsOffered(point, choice)) return choice;
  misfit_ = true;
  return point.fallback;
}

}  // namespace weir::sim
