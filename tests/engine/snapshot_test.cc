// Executions that go on from a copy of another one are the same as those that begin at their begin.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
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

std::unique_ptr<DecisionLog, void (*)(void*)> MakeLog() {
  constexpr size_t kEntries = 8;  // more than deviations
  void* const memory = std::calloc(1, sizeof(DecisionLog) + kEntries * sizeof(Deviation));
  auto* const log = new (memory) DecisionLog;
  log->capacity = kEntries;
  return {log, std::free};
}

std::vector<std::pair<uint64_t, Choice>> Entries(const DecisionLog& log) {
  std::vector<std::pair<uint64_t, Choice>> entries;
  for (uint64_t i = 0; i < log.size; ++i) {
    entries.emplace_back(log.entries[i].decision, log.entries[i].choice);
  }
  return entries;
}

// One strategy goes on from copies; another one, whose executions lie in between and begin at their
// begin, overwrites what the first has left in memory. Both leave the same log of decisions.
TEST_P(Snapshots, GoOnAsIfNothingHadBeenLeftOut) {
  Simulation simulation("programs/pass/" + GetParam());
  ASSERT_TRUE(simulation.ready());
  const auto log_of_one = MakeLog();
  const auto log_of_other = MakeLog();
  simulation.options().execution.extent = {.deviations = 2};
  simulation.options().step_cap = 200'000;
  BoundedStrategy from_copies;
  BoundedStrategy whole;
  int resumed = 0;
  for (int execution = 0; execution < 400; ++execution) {
    simulation.options().log = log_of_one.get();
    simulation.options().whole = false;
    const RunResult one = simulation.RunAgain(from_copies);
    resumed += from_copies.resumes_from() > 0;
    simulation.options().log = log_of_other.get();
    simulation.options().whole = true;
    const RunResult other = simulation.RunAgain(whole);
    ASSERT_EQ(whole.resumes_from(), 0u);
    ASSERT_EQ(one.fingerprint, other.fingerprint) << "execution " << execution;
    ASSERT_EQ(one.points, other.points) << "execution " << execution;
    ASSERT_EQ(one.time_ns, other.time_ns) << "execution " << execution;
    ASSERT_EQ(one.verdict.kind, other.verdict.kind) << "execution " << execution;
    ASSERT_EQ(Entries(*log_of_one), Entries(*log_of_other)) << "execution " << execution;
    const bool more = from_copies.Advance();
    ASSERT_EQ(whole.Advance(), more);
    ASSERT_EQ(from_copies.coverage().schedules, whole.coverage().schedules);
    if (!more) break;
  }
  // Short programs have fewer decisions than lie between two copies.
  if (GetParam() == "producer_consumer") EXPECT_GT(resumed, 300);
}

// Who keeps a log goes on from no copy of an execution that was not logged: the log would lack what
// came before.
TEST(SnapshotsOfLogged, HaveAllOfTheLog) {
  Simulation simulation("programs/pass/producer_consumer");
  ASSERT_TRUE(simulation.ready());
  simulation.options().execution.extent = {.deviations = 2};
  const auto log = MakeLog();
  BoundedStrategy strategy;
  // So far that all it copies has a deviation.
  for (int execution = 0; execution < 500; ++execution) {
    simulation.RunAgain(strategy);
    ASSERT_TRUE(strategy.Advance());
  }
  simulation.options().whole = true;
  simulation.options().log = log.get();
  simulation.RunAgain(strategy);
  const auto whole = Entries(*log);
  ASSERT_FALSE(whole.empty());
  simulation.options().whole = false;
  simulation.RunAgain(strategy);
  EXPECT_EQ(Entries(*log), whole);
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
