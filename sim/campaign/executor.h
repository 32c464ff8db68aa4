// What the minimiser runs its candidates with.
#ifndef WEIR_SIM_CAMPAIGN_EXECUTOR_H_
#define WEIR_SIM_CAMPAIGN_EXECUTOR_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "sim/campaign/session.h"
#include "sim/minimize/minimize.h"

namespace weir::sim {

// Runs schedules on a session, which outlives it.
class SessionExecutor final : public Executor {
 public:
  // Gets what a search comes upon that it is not looking for, once for each signature.
  using Other = std::function<void(Finding)>;

  explicit SessionExecutor(Session& session, Other other = nullptr)
      : session_(session), other_(std::move(other)) {}

  Outcome Run(const Schedule& schedule) override;
  Schedule Record(const Schedule& schedule) override;
  std::optional<Schedule> Search(const Schedule& like, uint64_t point_budget,
                                 uint64_t seed) override;

 private:
  void Meet(const SearchRun& run, const RunResult& result, const std::string& signature);

  Session& session_;
  Other other_;
  std::set<std::string> others_;  // signatures that were met
  int other_looks_ = 0;           // at failures of another kind, each of which costs an execution
};

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_EXECUTOR_H_
