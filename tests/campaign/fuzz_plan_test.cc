#include "sim/campaign/fuzz_plan.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <vector>

#include "sim/strategy/portfolio.h"

namespace weir::sim {
namespace {

FuzzPlan Plan() {
  FuzzPlan plan;
  plan.target = "/x/fence.so";
  plan.scenarios = {{"a", {{"workers", int64_t{3}}, {"mode", "delivery"}}}, {"b", {}}};
  plan.strategy = "portfolio";
  plan.seed = ~uint64_t{0};
  plan.step_cap = 77;
  plan.faults.Erase(FaultKind::kStall);
  plan.extent = {3, true, 1, 2};
  return plan;
}

// Gives the n-th field that it visits another value.
class Flipper {
 public:
  explicit Flipper(size_t n) : left_(n) {}

  template <typename T>
  void operator()(const char* name, T& value) {
    if constexpr (requires { VisitFields(value, *this); }) {
      VisitFields(value, *this);
    } else if (left_-- == 0) {
      Flip(value);
      flipped = name;
    }
  }
  void operator()(const char*, std::vector<PlannedScenario>& scenarios) {
    for (PlannedScenario& scenario : scenarios) VisitFields(scenario, *this);
  }

  std::string flipped;

 private:
  void Flip(std::string& text) { text += "x"; }
  void Flip(std::vector<Parameter>& fixed) { fixed.push_back({"x", int64_t{1}}); }
  void Flip(FaultSet& faults) { faults.Erase(FaultKind::kCrash); }
  void Flip(bool& flag) { flag = !flag; }
  template <typename T>
  requires std::is_integral_v<T>
  void Flip(T& number) { --number; }

  size_t left_;
};

TEST(FuzzPlan, SurvivesTheWayToAnotherProcess) {
  const FuzzPlan plan = FuzzPlanFromJson(nlohmann::json::parse(ToJson(Plan()).dump()));
  EXPECT_EQ(plan.target, "/x/fence.so");
  EXPECT_EQ(plan.seed, ~uint64_t{0});
  ASSERT_EQ(plan.scenarios.size(), 2u);
  EXPECT_EQ(plan.scenarios[0].fixed, Plan().scenarios[0].fixed);
  EXPECT_EQ(plan, Plan());
}

TEST(FuzzPlan, ATargetThatWasBuiltAnewIsNotThatOfThePlan) {
  FuzzPlan plan = Plan();
  EXPECT_TRUE(CheckBuild(plan, "abc").ok());  // it names none
  plan.build = "abc";
  EXPECT_TRUE(CheckBuild(plan, "abc").ok());
  EXPECT_EQ(CheckBuild(plan, "abd").code(), absl::StatusCode::kFailedPrecondition);
}

TEST(FuzzPlan, EachFieldChangedByItselfGivesAnotherTextAndComesBack) {
  size_t n = 0;
  for (;; ++n) {
    FuzzPlan plan = Plan();
    Flipper flipper(n);
    VisitFields(plan, flipper);
    if (flipper.flipped.empty()) break;
    EXPECT_NE(plan, Plan()) << flipper.flipped;
    EXPECT_NE(ToJson(plan).dump(), ToJson(Plan()).dump()) << flipper.flipped;
    EXPECT_EQ(FuzzPlanFromJson(ToJson(plan)), plan) << flipper.flipped;
  }
  EXPECT_EQ(n, 14u);  // six of its own, two of each scenario, four of the extent
}

// Each of the ten pairs has p = 1/10, drawn for each group of kProfileGroup executions that have
// one draw: 2,000 groups, 200 of a pair expected, standard deviation 13.4. Fewer than half of that
// never happen.
TEST(FuzzPlan, EachScenarioMeetsEachStrategy) {
  std::map<std::pair<std::string, std::string_view>, int> met;
  for (uint64_t index = 0; index < 16'000; ++index) {
    ++met[{PlannedRun(Plan(), index).scenario, TurnOf(Plan().strategy, index).strategy->name}];
  }
  EXPECT_EQ(met.size(), 2 * PortfolioStrategy::kMembers.size());
  for (const auto& [pair, count] : met) EXPECT_GE(count, 800) << pair.first << " " << pair.second;
}

}  // namespace
}  // namespace weir::sim
