#include "sim/campaign/fuzz_plan.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "sim/strategy/portfolio.h"

namespace weir::sim {
namespace {

FuzzPlan Plan() {
  FuzzPlan plan;
  plan.target = "/x/fence.so";
  plan.scenarios = {{"a", {{"workers", int64_t{3}}, {"mode", "delivery"}}}, {"b", {}}};
  plan.strategy = "portfolio";
  plan.seed = ~uint64_t{0};
  return plan;
}

TEST(FuzzPlan, SurvivesTheWayToAnotherProcess) {
  const FuzzPlan plan = FuzzPlanFromJson(nlohmann::json::parse(ToJson(Plan()).dump()));
  EXPECT_EQ(plan.target, "/x/fence.so");
  EXPECT_EQ(plan.seed, ~uint64_t{0});
  ASSERT_EQ(plan.scenarios.size(), 2u);
  EXPECT_EQ(plan.scenarios[0].fixed, Plan().scenarios[0].fixed);
}

// Each of the ten pairs has p = 1/10, drawn for each group of kProfileGroup executions that have
// one draw: 2,000 groups, 200 of a pair expected, standard deviation 13.4. Fewer than half of that
// never happen.
TEST(FuzzPlan, EachScenarioMeetsEachStrategy) {
  std::map<std::pair<std::string, size_t>, int> met;
  for (uint64_t index = 0; index < 16'000; ++index) {
    ++met[{PlannedRun(Plan(), index).scenario, StrategyOf(Plan(), index)}];
  }
  EXPECT_EQ(met.size(), 2 * PortfolioStrategy::kMembers.size());
  for (const auto& [pair, count] : met) EXPECT_GE(count, 800) << pair.first << " " << pair.second;
}

}  // namespace
}  // namespace weir::sim
