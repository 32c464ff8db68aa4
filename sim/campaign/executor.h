// What the minimiser runs its candidates with.
#ifndef WEIR_SIM_CAMPAIGN_EXECUTOR_H_
#define WEIR_SIM_CAMPAIGN_EXECUTOR_H_

#include <cstdint>
#include <optional>

#include "sim/campaign/session.h"
#include "sim/minimize/minimize.h"

namespace weir::sim {

// Runs schedules on a session, which outlives it.
class SessionExecutor final : public Executor {
 public:
  explicit SessionExecutor(Session& session) : session_(session) {}

  Outcome Run(const Schedule& schedule) override;
  Schedule Record(const Schedule& schedule) override;
  std::optional<Schedule> Search(const Schedule& like, uint64_t point_budget,
                                 uint64_t seed) override;

 private:
  Session& session_;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_EXECUTOR_H_
