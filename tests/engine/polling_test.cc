// Waiting without waiting: each way of polling ends, in the empty schedule and in searched ones
// (runtime.md, "Scheduling and time").
#include <gtest/gtest.h>

#include "tests/engine/harness.h"

namespace weir::sim {
namespace {

class Polling : public testing::TestWithParam<const char*> {};

TEST_P(Polling, EndsUnderTheEmptyScheduleAndUnderSearch) {
  Simulation simulation("engine/targets/polls");
  ASSERT_TRUE(simulation.ready());
  ASSERT_TRUE(simulation.Select(GetParam()));
  simulation.options().step_cap = 200'000;
  const RunResult empty = simulation.RunDefault();
  EXPECT_EQ(VerdictName(empty.verdict.kind), "pass") << empty.verdict.message;
  // An hour of polling is some hundreds of points, a slice under a lock ten thousand: not millions.
  EXPECT_LT(empty.points, 50'000u);
  simulation.ExpectAll(100, VerdictKind::kPass);
}

// limits.h: "some 300 reads" (kClockReadNs).
TEST(Polling, AnHourOfReadingTheClockIsSomeHundredsOfPoints) {
  Simulation simulation("engine/targets/polls");
  ASSERT_TRUE(simulation.ready() && simulation.Select("clock"));
  const RunResult result = simulation.RunDefault();
  EXPECT_GE(result.time_ns, 3'600'000'000'000u);
  EXPECT_LT(result.points, 1'000u);
}

// limits.h: time passes for sleepers although others work, whoever chooses, and to each timer in
// its turn: the sleep of 100 ms behind five timeouts of 20 ms.
TEST(Polling, TimePassesForSleepersAlthoughOthersWork) {
  Simulation simulation("engine/targets/polls");
  ASSERT_TRUE(simulation.ready() && simulation.Select("busy_with_timeouts"));
  simulation.options().step_cap = 400'000;
  for (const StrategyInfo& strategy : Strategies()) {
    const std::unique_ptr<Strategy> searches = MakeStrategy(std::string(strategy.name));
    for (uint64_t index = 0; index < 10; ++index) {
      simulation.options().execution = {.index = index, .faults = FaultSet::None()};
      const RunResult result = simulation.RunAgain(*searches);
      ASSERT_EQ(VerdictName(result.verdict.kind), "pass")
          << strategy.name << ", execution " << index << ": " << result.verdict.message;
      EXPECT_GE(result.time_ns, 100'000'000u);
      EXPECT_LT(result.time_ns, 200'000'000u);
    }
  }
}

// limits.h: an hour is longer than some thousand points, also while threads work all the time. The
// steps of time are of 100 ms, 200 ms, … : after n of them 2^n − 1 times 100 ms have passed, and
// the 16th would pass the hour, each after 10,000 points of the one worker.
TEST(Polling, AnHourPassesInSixteenSlicesOfWork) {
  Simulation simulation("engine/targets/polls");
  ASSERT_TRUE(simulation.ready() && simulation.Select("busy_for_an_hour"));
  const RunResult result = simulation.RunDefault();
  EXPECT_EQ(VerdictName(result.verdict.kind), "pass") << result.verdict.message;
  EXPECT_GT(result.points, 150'000u);
  EXPECT_LT(result.points, 200'000u);
}

TEST(Polling, TimeThatPassesForHeartbeatsDoesNotCountAgainstWhoWorks) {
  Simulation simulation("engine/targets/polls");
  ASSERT_TRUE(simulation.ready() && simulation.Select("busy_within_a_bound"));
  const RunResult result = simulation.RunDefault();
  EXPECT_EQ(VerdictName(result.verdict.kind), "pass") << result.verdict.message;
  EXPECT_GT(result.time_ns, 1'200'000'000u);
}

// Each of 100 steps costs the other one a slice, were it a whole one each time: a million points.
TEST(Polling, WhoIsSetAsideAgainAndAgainHasShorterSlices) {
  Simulation simulation("engine/targets/polls");
  ASSERT_TRUE(simulation.ready() && simulation.Select("waits_for_who_yields"));
  EXPECT_LT(simulation.RunDefault().points, 50'000u);
}

// One execution in some 3,000 came to the step cap when a failed comparison counted as a change.
TEST(Polling, ComparisonsThatFailAgainRaiseNobodyInPos) {
  Simulation simulation("engine/targets/polls");
  ASSERT_TRUE(simulation.ready() && simulation.Select("three_at_a_lock"));
  simulation.options().step_cap = 50'000;
  const std::unique_ptr<Strategy> pos = MakeStrategy("pos");
  for (uint64_t index = 0; index < 20'000; ++index) {
    ASSERT_EQ(VerdictName(simulation.Run(index, *pos).verdict.kind), "pass") << index;
  }
}

INSTANTIATE_TEST_SUITE_P(Ways, Polling,
                         testing::Values("yield", "bare_load", "two_loads", "failing_compare",
                                         "test_and_set", "under_lock", "trylock", "clock",
                                         "sleeper", "busy", "waits_for_who_yields"),
                         [](const auto& info) { return std::string(info.param); });

TEST(Polling, AnEndlessRunComesToTheStepCapWhichIsALimit) {
  Simulation simulation("programs/limit/never_ends");
  ASSERT_TRUE(simulation.ready());
  simulation.options().step_cap = 5'000;
  const RunResult result = simulation.RunDefault();
  EXPECT_EQ(VerdictName(result.verdict.kind), "limit");
  EXPECT_STREQ(result.verdict.oracle, "step_cap");
  EXPECT_LE(result.points, 5'000u);
}

TEST(Polling, SpinningThatNobodyCanEndIsALivelockBeforeTheStepCap) {
  Simulation simulation("programs/livelock/spin_on_flag");
  ASSERT_TRUE(simulation.ready());
  const RunResult result = simulation.RunDefault();
  EXPECT_EQ(VerdictName(result.verdict.kind), "livelock");
  EXPECT_STREQ(result.verdict.oracle, "idle");
  EXPECT_LT(result.points, 100'000u);
}

}  // namespace
}  // namespace weir::sim
