// Systematic search of real programs (targets/tiny.cc), with numbers counted by hand.
//
// In each of them the first thread creates the other one, which is alone until then. Behind that
// the other thread has four decisions more than it has operations on objects: it begins, is at its
// thread_start, …, and at its thread_exit; the first one ends with its join, behind which nothing
// is left to be decided.
#include "sim/strategy/bounded.h"

#include <gtest/gtest.h>

#include "tests/engine/harness.h"

namespace weir::sim {
namespace {

struct Explored {
  Coverage coverage;
  uint64_t executions = 0;
  uint64_t failed = 0;
};

Explored Explore(const char* scenario, bool reduce) {
  Explored explored;
  Simulation simulation("engine/targets/tiny");
  if (!simulation.ready() || !simulation.Select(scenario)) return explored;
  BoundedStrategy strategy;
  simulation.options().execution.extent = {.deviations = Extent::kUnbounded, .reduce = reduce};
  do {
    const RunResult result = simulation.RunAgain(strategy);
    explored.failed += result.verdict.failed();
    ++explored.executions;
  } while (strategy.Advance() && explored.executions < 10'000);
  explored.coverage = strategy.coverage();
  return explored;
}

// Store and join against begin, start, store, exit: C(6, 2) = 15 orders.
TEST(BoundedTwoWriters, HaveFifteenSchedules) {
  const Explored explored = Explore("two_writers", false);
  EXPECT_EQ(explored.coverage.schedules, 15u);
  EXPECT_TRUE(explored.coverage.complete);
}
// Who writes first.
TEST(BoundedTwoWriters, HaveTwoThatMatter) {
  const Explored explored = Explore("two_writers", true);
  EXPECT_EQ(explored.coverage.schedules, 2u);
  EXPECT_TRUE(explored.coverage.complete);
}

// The same program, but for what it writes.
TEST(BoundedIndependent, HasFifteenSchedules) {
  EXPECT_EQ(Explore("independent", false).coverage.schedules, 15u);
}
TEST(BoundedIndependent, HasOneThatMatters) {
  const Explored explored = Explore("independent", true);
  EXPECT_EQ(explored.coverage.schedules, 1u);
  EXPECT_EQ(explored.executions, 1u);
}

// L, U, J against b, s, l, u, e: lock, unlock, join; begin, start, lock, unlock, exit.
//
//   U before l:  with L and U alone before l, C(4, 2) = 6 orders of L, U, b, s, and J at one of
//                three places among u, e; with J too before l, C(5, 2) = 10:        6 · 3 + 10 = 28
//   u before L:  e at one of four places among L, U, J:                                         4
//   L, l, U:     the other one waits for the lock. L at one of three places among b, s; then U,
//                which nobody else can run instead of; then J at one of four places among the
//                other's going on, u, e:                                              3 · 4 = 12
//   l, L, u:     the first one waits. b, s, l, L, then u; then e at one of four places among its
//                going on, U, J:                                                                4
TEST(BoundedOneLock, HasFortyEightSchedules) {
  const Explored explored = Explore("one_lock", false);
  EXPECT_EQ(explored.coverage.schedules, 28u + 4 + 12 + 4);
  EXPECT_EQ(explored.failed, 0u);
}
// The four lines of that table.
TEST(BoundedOneLock, HasFourThatMatter) {
  EXPECT_EQ(Explore("one_lock", true).coverage.schedules, 4u);
}

// Load, store, join against begin, start, load, store, exit: C(8, 3) = 56. An update is lost when
// both loads come before both stores.
TEST(BoundedLostUpdate, HasFiftySixSchedules) {
  const Explored explored = Explore("lost_update", false);
  EXPECT_EQ(explored.coverage.schedules, 56u);
  EXPECT_GT(explored.failed, 0u);
}
// One after the other, two ways; both load, then one or the other stores first: two ways, and both
// lose an update.
TEST(BoundedLostUpdate, HasFourThatMatterAndTwoFail) {
  const Explored explored = Explore("lost_update", true);
  EXPECT_EQ(explored.coverage.schedules, 4u);
  EXPECT_EQ(explored.failed, 2u);
}

}  // namespace
}  // namespace weir::sim
