#include "sim/campaign/fuzz_plan.h"

#include <nlohmann/json.hpp>
#include <string_view>

#include "sim/engine/random.h"
#include "sim/strategy/strategy.h"

namespace weir::sim {
namespace {

using Json = nlohmann::json;

Json ToJson(const Parameter& parameter) {
  Json json = {{"name", parameter.name}};
  std::visit([&json](const auto& value) { json["value"] = value; }, parameter.value);
  return json;
}

Parameter ParameterFromJson(const Json& json) {
  Parameter parameter{json.at("name"), int64_t{0}};
  if (json.at("value").is_string()) {
    parameter.value = json.at("value").get<std::string>();
  } else {
    parameter.value = json.at("value").get<int64_t>();
  }
  return parameter;
}

}  // namespace

SearchRun PlannedRun(const FuzzPlan& plan, uint64_t index) {
  const size_t which = Mix(plan.seed ^ Mix(DrawnAs(plan.strategy, index))) % plan.scenarios.size();
  const PlannedScenario& scenario = plan.scenarios[which];
  const Execution execution = {plan.seed, index, plan.faults, nullptr, plan.extent};
  return {scenario.name, scenario.fixed, execution, plan.strategy, plan.step_cap};
}

Json ToJson(const FuzzPlan& plan) {
  Json scenarios = Json::array();
  for (const PlannedScenario& scenario : plan.scenarios) {
    Json fixed = Json::array();
    for (const Parameter& parameter : scenario.fixed) fixed.push_back(ToJson(parameter));
    scenarios.push_back({{"name", scenario.name}, {"fixed", fixed}});
  }
  return {{"target", plan.target}, {"scenarios", scenarios},    {"strategy", plan.strategy},
          {"seed", plan.seed},     {"step_cap", plan.step_cap}, {"faults", plan.faults.bits()}};
}

FuzzPlan FuzzPlanFromJson(const Json& json) {
  FuzzPlan plan;
  plan.target = json.at("target");
  plan.strategy = json.at("strategy");
  plan.seed = json.at("seed");
  plan.step_cap = json.at("step_cap");
  plan.faults = FaultSet::FromBits(json.at("faults"));
  for (const Json& scenario : json.at("scenarios")) {
    PlannedScenario planned{scenario.at("name"), {}};
    for (const Json& fixed : scenario.at("fixed"))
      planned.fixed.push_back(ParameterFromJson(fixed));
    plan.scenarios.push_back(std::move(planned));
  }
  return plan;
}

size_t StrategyOf(const FuzzPlan& plan, uint64_t index) {
  return static_cast<size_t>(TurnOf(plan.strategy, index).strategy - Strategies().data());
}

}  // namespace weir::sim
