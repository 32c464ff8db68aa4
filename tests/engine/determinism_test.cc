// One seed, one run: warm worker and fresh state (runtime.md, "Reset and determinism").
#include <gtest/gtest.h>

#include <set>

#include "sim/engine/pages.h"
#include "tests/engine/harness.h"

namespace weir::sim {
namespace {

TEST(Determinism, EveryExecutionFindsFreshGlobalsHeapThreadLocalsKeysAndRand) {
  Simulation simulation("programs/pass/fresh_state");
  ASSERT_TRUE(simulation.ready());
  simulation.ExpectAll(1'000, VerdictKind::kPass);
}

TEST(Determinism, ExitListsDoNotGrowFromRunToRun) {
  Simulation simulation("engine/targets/exit_list");
  ASSERT_TRUE(simulation.ready());
  simulation.ExpectAll(500, VerdictKind::kPass);
}

TEST(Determinism, StateOfPrebuiltLibrariesIsPutBack) {
  Simulation simulation("engine/targets/library_state");
  ASSERT_TRUE(simulation.ready());
  simulation.ExpectAll(200, VerdictKind::kPass);
}

TEST(Determinism, UninitialisedHeapAndStackAreZeroInEveryExecution) {
  Simulation simulation("engine/targets/stale_memory");
  ASSERT_TRUE(simulation.ready());
  simulation.ExpectAll(500, VerdictKind::kPass);
}

TEST(Determinism, AReusedSlotStartsWithFreshThreadLocals) {
  Simulation simulation("programs/pass/threads_in_sequence");
  ASSERT_TRUE(simulation.ready());
  simulation.ExpectAll(20, VerdictKind::kPass);
}

// The target chooses alike in every run; only what it found in memory that is nobody's differs.
TEST(Determinism, TheFingerprintCoversResultsNotOnlyChoices) {
  Simulation simulation("engine/targets/untold_count");
  ASSERT_TRUE(simulation.ready());
  const RunResult first = simulation.Run(0);
  const RunResult second = simulation.Run(0);
  EXPECT_EQ(first.points, second.points);
  EXPECT_EQ(first.decisions, second.decisions);
  EXPECT_NE(first.fingerprint, second.fingerprint);
}

// A watched execution takes the slow way through every point, one that is not the fast one wherever
// it can: both must be the same, in every decision.
class FastAndSlow : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(, FastAndSlow,
                         testing::Values("producer_consumer", "processes_killed_waiters",
                                         "processes_shared_memory", "atomic_wait", "timed_mutex",
                                         "condition_clock", "poll_clock", "semaphore_timed",
                                         "future", "latch_barrier_semaphore",
                                         "processes_killed_running"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(FastAndSlow, AreTheSameExecution) {
  class Counter final : public Observer {
   public:
    void OnPoint(const PointEvent&) override { ++points; }
    void OnDecision(const Point&, Choice) override { ++decisions; }
    uint64_t points = 0, decisions = 0;
  };
  Simulation simulation(std::string("programs/pass/") + GetParam());
  ASSERT_TRUE(simulation.ready());
  for (uint64_t index = 0; index < 400; ++index) {
    const RunResult fast = simulation.Run(index);
    Counter counter;
    simulation.options().observer = &counter;
    const RunResult slow = simulation.Run(index);
    simulation.options().observer = nullptr;
    ASSERT_EQ(fast.fingerprint, slow.fingerprint) << "execution " << index;
    EXPECT_EQ(fast.points, counter.points);
    EXPECT_EQ(fast.decisions, counter.decisions);
  }
}

// A strategy that would always leave the running thread where it is, and counts how often it is
// asked.
class Sitter final : public Strategy {
 public:
  explicit Sitter(bool minds_newcomers) {
    stays_until_ = ~uint64_t{0};
    minds_newcomers_ = minds_newcomers;
  }
  void Begin(const Execution&, Random) override { asked = 0; }
  Choice Choose(const Point& point) override {
    asked += point.kind == DecisionKind::kRun && point.thread_can_run && !point.yields;
    return point.fallback;
  }
  int asked = 0;
};

TEST(Determinism, AStrategyThatMindsNewcomersIsAskedWhenAThreadBecomesRunnable) {
  Simulation simulation("programs/pass/producer_consumer");
  ASSERT_TRUE(simulation.ready());
  Sitter minds(true), does_not(false);
  const RunResult one = simulation.Run(0, minds);
  const RunResult two = simulation.Run(0, does_not);
  EXPECT_EQ(one.fingerprint, two.fingerprint);  // the answer is the same
  EXPECT_GT(minds.asked, does_not.asked + 10);
}

TEST(Determinism, UnlikeSchedulesHaveUnlikeFingerprints) {
  Simulation simulation("programs/pass/producer_consumer");
  ASSERT_TRUE(simulation.ready());
  std::set<uint64_t> fingerprints;
  for (uint64_t index = 0; index < 200; ++index) {
    fingerprints.insert(simulation.Run(index).fingerprint);
  }
  EXPECT_GT(fingerprints.size(), 100u);
}

TEST(Determinism, OnlyPagesThatAreWrittenAreCopiedBack) {
  Simulation simulation("programs/pass/producer_consumer");
  ASSERT_TRUE(simulation.ready());
  simulation.ExpectAll(50, VerdictKind::kPass);
  const PageStatistics pages = TrackedPages();
  EXPECT_GT(pages.tracked, 100u);
  EXPECT_LT(pages.dirty, 64u);
  const size_t before = pages.dirty;
  simulation.ExpectAll(50, VerdictKind::kPass);
  EXPECT_EQ(TrackedPages().dirty, before) << "the set of dirtied pages must be learnt once";
}

// The slower way of switching, for machines without FSGSBASE and for valgrind, changes no result.
TEST(Determinism, WritingTheFsBaseBySystemCallGivesTheSameRuns) {
  EngineOptions options;
  options.use_arch_prctl = true;
  Simulation simulation("programs/pass/thread_local", options);
  ASSERT_TRUE(simulation.ready());
  simulation.ExpectAll(50, VerdictKind::kPass);
}

}  // namespace
}  // namespace weir::sim
