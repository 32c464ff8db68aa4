#include "sim/strategy/pos.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/strategy/toy.h"

namespace weir::sim {
namespace {

int g_object;

// Thread 0 begins and then accesses the object twice, thread 1 begins and accesses it once (its
// third step is on nothing). In how many of 20,000 executions thread 1's access lies in between.
int CountBetween(bool looks) {
  const auto accesses = [](int thread, int step) { return thread == 0 ? step > 0 : step == 1; };
  Toy toy(2, 3);
  toy.On([&](int thread, int step) {
    return Toy::Event{accesses(thread, step) ? &g_object : nullptr, looks};
  });
  PosStrategy strategy;
  int between = 0;
  for (uint64_t index = 0; index < 20'000; ++index) {
    std::vector<int> seen;
    int steps[2] = {};
    for (const ThreadSlot thread : toy.Run(strategy, {.index = index}).order) {
      if (accesses(thread, steps[thread]++)) seen.push_back(thread);
    }
    between += seen == std::vector<int>{0, 1, 0};
  }
  return between;
}

// The orders of the eight priorities, counted one by one, give 3/20 if those of events that race
// are drawn anew, and 1/10 if they are not. Standard deviations 50.5 and 42.4.
TEST(Pos, PrioritiesOfEventsThatRaceAreDrawnAnew) {
  EXPECT_NEAR(CountBetween(/*looks=*/false), 3'000, 5 * 50.5);
}
TEST(Pos, TwoLooksDoNotRace) { EXPECT_NEAR(CountBetween(/*looks=*/true), 2'000, 5 * 42.4); }

// By symmetry.
TEST(Pos, EveryOrderOfOneEventEachHasTheSameChance) {
  Toy toy(3, 1);
  toy.On([](int, int) { return Toy::Event{&g_object}; });
  PosStrategy strategy;
  std::vector<int> counts(9);
  for (uint64_t index = 0; index < 6'000; ++index) {
    const auto order = toy.Run(strategy, {.index = index}).order;
    ++counts[order[0] * 3 + order[1]];
  }
  std::erase(counts, 0);
  ASSERT_EQ(counts.size(), 6u);
  EXPECT_LT(ChiSquared(counts), 20.5);  // 5 degrees of freedom: exceeded once in 1,000
}

}  // namespace
}  // namespace weir::sim
