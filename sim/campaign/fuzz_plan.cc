#include "sim/campaign/fuzz_plan.h"

#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/engine/random.h"
#include "sim/strategy/strategy.h"

namespace weir::sim {
namespace {

using Json = nlohmann::json;

// A value as JSON and back, by the fields that VisitFields() lists.
Json Write(const Parameter& parameter) {
  Json json = {{"name", parameter.name}};
  std::visit([&json](const auto& value) { json["value"] = value; }, parameter.value);
  return json;
}
void Read(const Json& json, Parameter& parameter) {
  parameter.name = json.at("name");
  if (json.at("value").is_string()) {
    parameter.value = json.at("value").get<std::string>();
  } else {
    parameter.value = json.at("value").get<int64_t>();
  }
}

Json Write(FaultSet faults) { return faults.bits(); }
void Read(const Json& json, FaultSet& faults) { faults = FaultSet::FromBits(json); }

template <typename T>
concept IsValue = std::is_arithmetic_v<T> || std::is_same_v<T, std::string>;

template <IsValue T>
Json Write(const T& value) {
  return value;
}
template <IsValue T>
void Read(const Json& json, T& value) {
  value = json.get<T>();
}

template <typename T>
Json Write(const std::vector<T>& items);
template <typename T>
void Read(const Json& json, std::vector<T>& items);

template <typename T>
Json Write(const T& value) {
  Json json = Json::object();
  VisitFields(value, [&json](const char* name, const auto& field) { json[name] = Write(field); });
  return json;
}
template <typename T>
void Read(const Json& json, T& value) {
  VisitFields(value, [&json](const char* name, auto& field) { Read(json.at(name), field); });
}

template <typename T>
Json Write(const std::vector<T>& items) {
  Json json = Json::array();
  for (const T& item : items) json.push_back(Write(item));
  return json;
}
template <typename T>
void Read(const Json& json, std::vector<T>& items) {
  for (const Json& item : json) Read(item, items.emplace_back());
}

}  // namespace

SearchRun PlannedRun(const FuzzPlan& plan, uint64_t index) {
  const size_t which = Mix(plan.seed ^ Mix(DrawnAs(plan.strategy, index))) % plan.scenarios.size();
  const PlannedScenario& scenario = plan.scenarios[which];
  const Execution execution = {plan.seed, index, plan.faults, nullptr, 0, plan.extent};
  return {scenario.name, scenario.fixed, execution, plan.strategy, plan.step_cap};
}

absl::Status CheckBuild(const FuzzPlan& plan, const std::string& build) {
  if (plan.build.empty() || plan.build == build) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(plan.target, ": was rebuilt while the campaign ran: it began with build ",
                   plan.build.substr(0, 12), ", now there is build ", build.substr(0, 12),
                   "; what was found holds for the former, so run it again"));
}

Json ToJson(const FuzzPlan& plan) { return Write(plan); }

FuzzPlan FuzzPlanFromJson(const Json& json) {
  FuzzPlan plan;
  Read(json, plan);
  return plan;
}
}  // namespace weir::sim
