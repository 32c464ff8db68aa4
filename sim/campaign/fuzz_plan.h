// What a campaign runs.
#ifndef WEIR_SIM_CAMPAIGN_FUZZ_PLAN_H_
#define WEIR_SIM_CAMPAIGN_FUZZ_PLAN_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "sim/campaign/session.h"
#include "sim/schedule/visit.h"

namespace weir::sim {

struct PlannedScenario {
  std::string name;
  std::vector<Parameter> fixed;

  friend bool operator==(const PlannedScenario&, const PlannedScenario&) = default;
};

// Execution i is a function of (plan, i) alone, whoever runs it: the result of a campaign of N runs
// does not depend on the number of workers or shards.
struct FuzzPlan {
  std::string target;                      // path
  std::string build;                       // of the target, as it was when the campaign began
  std::vector<PlannedScenario> scenarios;  // at least one
  std::string strategy;
  uint64_t seed = 0;
  uint64_t step_cap = kDefaultStepCap;
  FaultSet faults = FaultSet::All();  // those that may be drawn
  Extent extent;                      // of a systematic strategy

  friend bool operator==(const FuzzPlan&, const FuzzPlan&) = default;
};

// The fields, listed once: visit(name, value) for each. A member that is missing here does not
// compile (ListsAllOf() of sim/schedule/visit.h).
template <Is<Extent> T, typename Visitor>
void VisitFields(T& extent, Visitor&& visit) {
  static_assert(ListsAllOf<Extent, 4>());
  visit("deviations", extent.deviations);
  visit("reduce", extent.reduce);
  visit("part", extent.part);
  visit("parts", extent.parts);
}
template <Is<PlannedScenario> T, typename Visitor>
void VisitFields(T& scenario, Visitor&& visit) {
  static_assert(ListsAllOf<PlannedScenario, 2>());
  visit("name", scenario.name);
  visit("fixed", scenario.fixed);
}
template <Is<FuzzPlan> T, typename Visitor>
void VisitFields(T& plan, Visitor&& visit) {
  static_assert(ListsAllOf<FuzzPlan, 8>());
  visit("target", plan.target);
  visit("build", plan.build);
  visit("scenarios", plan.scenarios);
  visit("strategy", plan.strategy);
  visit("seed", plan.seed);
  visit("step_cap", plan.step_cap);
  visit("faults", plan.faults);
  visit("extent", plan.extent);
}

// FailedPrecondition if the target is no longer that of the plan: it was built anew in the
// meantime, and what is found from here on would be of something else. OK if the plan names no
// build.
absl::Status CheckBuild(const FuzzPlan& plan, const std::string& build);

// Which scenario an index runs is drawn by its hash: strategies take turns by index, so scenarios
// must not.
SearchRun PlannedRun(const FuzzPlan& plan, uint64_t index);

nlohmann::json ToJson(const FuzzPlan& plan);
// Throws nlohmann's exceptions for anything that ToJson did not write.
FuzzPlan FuzzPlanFromJson(const nlohmann::json& json);

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_FUZZ_PLAN_H_
