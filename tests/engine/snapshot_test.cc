// Executions that go on from a copy of another one are the same as those that begin at their begin.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "sim/strategy/bounded.h"
#include "tests/engine/harness.h"

namespace weir::sim {
namespace {

class Snapshots : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(, Snapshots,
                         testing::Values("condition_variable", "exceptions", "fresh_later",
                                         "futex_two_mappings", "heap", "key_generations",
                                         "latch_barrier_semaphore", "once_exception", "printing",
                                         "processes_robust", "processes_shared_memory",
                                         "producer_consumer", "shared_memory_large", "thread_keys",
                                         "thread_identity"),
                         [](const auto& info) { return info.param; });

// One strategy goes on from copies; another one, whose executions lie in between and begin at their
// begin (who writes a log wants all of it), overwrites what the first has left in memory.
TEST_P(Snapshots, GoOnAsIfNothingHadBeenLeftOut) {
  Simulation simulation("programs/pass/" + GetParam());
  ASSERT_TRUE(simulation.ready());
  const std::unique_ptr<void, void (*)(void*)> memory(std::calloc(1, sizeof(DecisionLog)),
                                                      std::free);
  auto* const log = new (memory.get()) DecisionLog;
  simulation.options().execution.extent = {.deviations = 2};
  simulation.options().step_cap = 200'000;
  BoundedStrategy from_copies;
  BoundedStrategy whole;
  int resumed = 0;
  for (int execution = 0; execution < 400; ++execution) {
    simulation.options().log = nullptr;
    const RunResult one = simulation.RunAgain(from_copies);
    resumed += from_copies.resumes_from() > 0;
    simulation.options().log = log;
    const RunResult other = simulation.RunAgain(whole);
    ASSERT_EQ(whole.resumes_from(), 0u);
    ASSERT_EQ(one.fingerprint, other.fingerprint) << "execution " << execution;
    ASSERT_EQ(one.points, other.points) << "execution " << execution;
    ASSERT_EQ(one.time_ns, other.time_ns) << "execution " << execution;
    ASSERT_EQ(one.verdict.kind, other.verdict.kind) << "execution " << execution;
    const bool more = from_copies.Advance();
    ASSERT_EQ(whole.Advance(), more);
    ASSERT_EQ(from_copies.coverage().schedules, whole.coverage().schedules);
    if (!more) break;
  }
  // Short programs have fewer decisions than lie between two copies.
  if (GetParam() == "producer_consumer") EXPECT_GT(resumed, 300);
}

// Two strategies in turns: none goes on from what the other one has copied.
TEST(SnapshotsOfTwo, AreNotMixedUp) {
  constexpr int kAhead = 500;  // so far that all it copies has a deviation
  constexpr int kTurns = 300;
  Simulation simulation("programs/pass/producer_consumer");
  ASSERT_TRUE(simulation.ready());
  simulation.options().execution.extent = {.deviations = 2};
  const auto next = [&](BoundedStrategy& strategy) {
    const uint64_t fingerprint = simulation.RunAgain(strategy).fingerprint;
    EXPECT_TRUE(strategy.Advance());
    return fingerprint;
  };
  BoundedStrategy alone;
  std::vector<uint64_t> fingerprints;
  for (int execution = 0; execution < kAhead + kTurns; ++execution) {
    fingerprints.push_back(next(alone));
  }
  BoundedStrategy first;
  BoundedStrategy second;
  for (int execution = 0; execution < kAhead; ++execution) next(first);
  for (int execution = 0; execution < kTurns; ++execution) {
    ASSERT_EQ(next(first), fingerprints[kAhead + execution]) << execution;
    ASSERT_EQ(next(second), fingerprints[execution]) << execution;
  }
}

}  // namespace
}  // namespace weir::sim
