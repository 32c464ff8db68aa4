#include "sim/strategy/environment.h"

#include <gtest/gtest.h>

#include <bit>
#include <vector>

#include "sim/engine/fault_choice.h"

namespace weir::sim {
namespace {

Point FaultPoint() {
  Point point{};
  point.kind = DecisionKind::kFault;
  return point;
}

// Half of the executions may have faults, each then with a chance that is uniform in [0, 1): a
// single process is hit in a quarter of 4,000 executions, standard deviation √(4,000 · 1/4 · 3/4)
// = 27.4.
TEST(Environment, AQuarterOfTheProcessesThatMayCrashDo) {
  Environment environment;
  int faults = 0;
  for (uint64_t index = 0; index < 4'000; ++index) {
    Random random(ExecutionSeed(1, index));
    environment.Begin(random);
    faults += environment.Choose(FaultPoint(), random) != kNoFault;
  }
  EXPECT_NEAR(faults, 1'000, 5 * 27.4);
}

// A crash comes before operation 1, 2–3, 4–7 … with equal chances: 14 octaves, 13 degrees of
// freedom, 34.5 is exceeded once in 1,000. Half of them restart.
TEST(Environment, CrashesAreLogUniformOverOperations) {
  Environment environment;
  std::vector<int> octaves(14);
  int restarts = 0;
  int faults = 0;
  for (uint64_t index = 0; faults < 14'000; ++index) {
    Random random(ExecutionSeed(2, index));
    environment.Begin(random);
    const Choice choice = environment.Choose(FaultPoint(), random);
    if (choice == kNoFault) continue;
    ++faults;
    ASSERT_GE(FaultOp(choice), 1u);
    ++octaves.at(std::bit_width(FaultOp(choice)) - 1);
    restarts += FaultRestarts(choice);
  }
  double statistic = 0;
  for (const int count : octaves) statistic += (count - 1'000.0) * (count - 1'000.0) / 1'000.0;
  EXPECT_LT(statistic, 34.5);
  EXPECT_NEAR(restarts, 7'000, 5 * 59.2);
}

}  // namespace
}  // namespace weir::sim
