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

INSTANTIATE_TEST_SUITE_P(Ways, Polling,
                         testing::Values("yield", "bare_load", "two_loads", "failing_compare",
                                         "test_and_set", "under_lock", "trylock", "clock",
                                         "sleeper"),
                         [](const auto& info) { return std::string(info.param); });

TEST(Polling, AnEndlessRunIsALivelockAtTheStepCap) {
  Simulation simulation("programs/livelock/never_ends");
  ASSERT_TRUE(simulation.ready());
  simulation.options().step_cap = 5'000;
  const RunResult result = simulation.RunDefault();
  EXPECT_EQ(VerdictName(result.verdict.kind), "livelock");
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
