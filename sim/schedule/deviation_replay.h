// Repeats the cheap form of a schedule, a search run's log of deviations, so that the report run
// can turn it into the durable one with a Recorder attached.
#ifndef WEIR_SIM_SCHEDULE_DEVIATION_REPLAY_H_
#define WEIR_SIM_SCHEDULE_DEVIATION_REPLAY_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/engine/decision.h"
#include "sim/engine/engine.h"

namespace weir::sim {

// Needs the very same build, scenario and parameters as the logged run.
class DeviationReplay final : public Strategy {
 public:
  // `deviations` by ascending decision number, as DecisionLog has them.
  explicit DeviationReplay(std::vector<Deviation> deviations)
      : deviations_(std::move(deviations)) {}

  void Begin(const Execution& next, Random random) override;
  Choice Choose(const Point& point) override;
  uint64_t FaultAfter(FaultKind, uint64_t) override { return 0; }  // is asked each time

  // True if a deviation named a choice that there was not: the run was not the logged one.
  bool misfit() const { return misfit_; }

 private:
  std::vector<Deviation> deviations_;
  size_t next_ = 0;
  uint64_t decision_ = 0;
  bool misfit_ = false;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_SCHEDULE_DEVIATION_REPLAY_H_
