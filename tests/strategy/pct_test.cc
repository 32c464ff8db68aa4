#include "sim/strategy/pct.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "tests/strategy/toy.h"

namespace weir::sim {
namespace {

constexpr Toy::Outcome kDone = Toy::Outcome::kDone;

// How many of `executions` bring about the bug that `happens` recognises in the order of steps.
template <typename Happens>
int Count(PctStrategy& strategy, Toy& toy, int executions, Happens happens) {
  int count = 0;
  for (int index = 0; index < executions; ++index) {
    const auto result = toy.Run(strategy, {.index = static_cast<uint64_t>(index)});
    count += happens(result.order);
  }
  return count;
}

// At which place of the order the thread does its `step`-th step.
size_t PlaceOf(const std::vector<ThreadSlot>& order, ThreadSlot thread, int step) {
  for (size_t i = 0; i < order.size(); ++i) {
    if (order[i] == thread && step-- == 0) return i;
  }
  return order.size();
}

// n = 2, k = 20, d = 2: thread 1's step 6 falls between steps 3 and 4 of thread 0. The paper's
// bound is 1/(n·k) = 1/40, and it is exact here: thread 0 must start with the higher priority (1/2)
// and be lowered right before its step 4 (1/20). Of 40,000 executions 1,000 are expected, with a
// standard deviation of √(40,000 · 1/40 · 39/40) = 31; five of them are exceeded once in 1.7
// million. Within the first 300 executions: 1 − (1 − 1/40)^300 > 99.9 %.
TEST(Pct, FindsABugOfDepthTwoAsOftenAsTheBoundSays) {
  Toy toy(2, 10);
  PctStrategy strategy(20, 2);
  const auto bug = [](const std::vector<ThreadSlot>& order) {
    const size_t place = PlaceOf(order, 1, 6);
    return PlaceOf(order, 0, 3) < place && place < PlaceOf(order, 0, 4);
  };
  EXPECT_GT(Count(strategy, toy, 300, bug), 0);
  EXPECT_NEAR(Count(strategy, toy, 40'000, bug), 1'000, 5 * 31.3);
}

// n = 2, k = 20, d = 3: step 3 of thread 0, step 6 of thread 1, step 4 of thread 0, step 7 of
// thread 1, in this order. Bound 1/(n·k²) = 1/800, exact again: thread 0 starts (1/2), k2 lowers it
// before its step 4 (1/20), k1, the lower one, lowers thread 1 before its step 7 (1/20). Had the
// change points been given falling priorities in the order of time, it would be twice that. Of
// 200,000 executions 250 are expected, standard deviation 15.8.
TEST(Pct, FindsABugOfDepthThreeAsOftenAsTheBoundSays) {
  Toy toy(2, 10);
  PctStrategy strategy(20, 3);
  const auto bug = [](const std::vector<ThreadSlot>& order) {
    const size_t a = PlaceOf(order, 0, 3), b = PlaceOf(order, 1, 6);
    const size_t c = PlaceOf(order, 0, 4), d = PlaceOf(order, 1, 7);
    return a < b && b < c && c < d;
  };
  EXPECT_NEAR(Count(strategy, toy, 200'000, bug), 250, 5 * 15.8);
}

// n = 5, k = 50, d = 2, the same bug between threads 0 and 1, three bystanders. Bound 1/(n·k) =
// 1/250: 80 of 20,000, standard deviation 8.9; a scheduler that keeps the bound has fewer than 80 −
// 4 · 8.9 with a chance below 1/10,000.
TEST(Pct, KeepsTheBoundAmongBystanders) {
  Toy toy(5, 10);
  PctStrategy strategy(50, 2);
  const auto bug = [](const std::vector<ThreadSlot>& order) {
    const size_t place = PlaceOf(order, 1, 6);
    return PlaceOf(order, 0, 3) < place && place < PlaceOf(order, 0, 4);
  };
  EXPECT_GT(Count(strategy, toy, 20'000, bug), 80 - 4 * 8.9);
}

// Depth 1 is priorities alone: no thread is ever interrupted, so no bug of depth 2 is found.
TEST(Pct, DepthOneRunsEachThreadToItsEnd) {
  Toy toy(6, 10);
  PctStrategy strategy(60, 1);
  for (uint64_t index = 0; index < 1'000; ++index) {
    const auto order = toy.Run(strategy, {.index = index}).order;
    for (size_t i = 0; i < order.size(); ++i) ASSERT_EQ(order[i], order[i / 10 * 10]);
  }
}

// Thread 0 creates the other three at its first step. Of their six orders that of the default
// schedule is left out; the last one is that of a creator who comes after them.
TEST(Pct, ASmallProgramHasEachOrderOfWholeThreadsFirst) {
  Toy toy(4, 2, [](Toy& self, int thread, int step) {
    for (int i = 1; i < 4 && thread == 0 && step == 0; ++i) self.Wake(i);
    return kDone;
  });
  toy.StartWith(1);
  const Profile profile = toy.MakeProfile();
  const std::vector<std::vector<ThreadSlot>> expected = {
      {0, 0, 3, 3, 2, 2, 1, 1}, {0, 0, 3, 3, 1, 1, 2, 2}, {0, 0, 2, 2, 3, 3, 1, 1},
      {0, 0, 2, 2, 1, 1, 3, 3}, {0, 0, 1, 1, 3, 3, 2, 2}, {0, 1, 1, 2, 2, 3, 3, 0},
  };
  ASSERT_EQ(PctStrategy::OrdersOf(4), expected.size());
  PctStrategy strategy;
  for (uint64_t index = 0; index < expected.size(); ++index) {
    const Execution execution = {.index = index, .profile = &profile, .threads = 4};
    EXPECT_EQ(toy.Run(strategy, execution).order, expected[index]) << index;
  }
  // The depth climbs from there on.
  strategy.Begin({.index = expected.size() + 3, .profile = &profile, .threads = 4}, Random(1));
  EXPECT_EQ(strategy.depth(), 4);
}

TEST(Pct, OnlyFewOrdersOfWholeThreadsAreAskedForInTurn) {
  for (const uint32_t threads : {0, 1, 5, 200}) EXPECT_EQ(PctStrategy::OrdersOf(threads), 0u);
  EXPECT_EQ(PctStrategy::OrdersOf(2), 1u);
  EXPECT_EQ(PctStrategy::OrdersOf(3), 2u);
}

// 24 orders of 4 threads, 500 expected each of 12,000; 23 degrees of freedom: 49.7 once in 1,000.
TEST(Pct, EveryOrderOfTheThreadsHasEqualChances) {
  Toy toy(4, 1);
  PctStrategy strategy(4, 1);
  std::vector<std::vector<ThreadSlot>> orders;
  std::vector<ThreadSlot> order(4);
  std::iota(order.begin(), order.end(), 0);
  do {
    orders.push_back(order);
  } while (std::ranges::next_permutation(order).found);
  std::vector<int> counts(orders.size());
  for (uint64_t index = 0; index < 12'000; ++index) {
    const auto found = std::ranges::find(orders, toy.Run(strategy, {.index = index}).order);
    ++counts[found - orders.begin()];
  }
  EXPECT_LT(ChiSquared(counts), 49.7);
}

// Two threads of 20 steps, d = 2, k = 20: the thread that runs first is interrupted at each of its
// 20 steps with equal chances (at the first: before it began, so the other one goes first and is
// not interrupted). 19 visible places, 19 × 200 expected; c = 19 cells: 42.3 once in 1,000.
TEST(Pct, ChangePointsAreUniform) {
  Toy toy(2, 20);
  PctStrategy strategy(20, 2);
  std::vector<int> counts(19);
  for (uint64_t index = 0; index < 4'000; ++index) {
    const auto order = toy.Run(strategy, {.index = index}).order;
    const auto end = std::ranges::find_if(order, [&](ThreadSlot slot) { return slot != order[0]; });
    const auto place = end - order.begin();
    if (place < 20) ++counts[place - 1];
  }
  EXPECT_LT(ChiSquared(counts), 42.3);
}

// With k guessed, one execution of depth 2 keeps 1/(15·n·2k). Depths rotate, so one in five has it,
// and deeper ones find it too. n = 2, k = 20: of 40,000 executions at least 40,000/5/(15·2·40)
// = 6.7 are expected by the bound, and none with probability e^-6.7 < 0.2 %; the guesses 32, 64, …
// give 16.
TEST(Pct, FindsABugOfDepthTwoWithoutKnowingTheLength) {
  Toy toy(2, 10);
  PctStrategy strategy;
  EXPECT_GT(Count(strategy, toy, 40'000,
                  [](const std::vector<ThreadSlot>& order) {
                    const size_t place = PlaceOf(order, 1, 6);
                    return PlaceOf(order, 0, 3) < place && place < PlaceOf(order, 0, 4);
                  }),
            0);
}

TEST(Pct, TheDepthClimbsFromOneAndBeginsAgain) {
  PctStrategy strategy;
  for (uint64_t index = 0; index < 20; ++index) {
    strategy.Begin({.index = index}, Random(index));
    EXPECT_EQ(strategy.depth(), static_cast<int>(1 + index % PctStrategy::kDeepest));
  }
}

// The thread of the higher priority spins on what the other one does. It is lowered, and stays so:
// the other one then runs to its end.
TEST(Pct, AThreadThatYieldsIsLoweredBelowAllOthersForGood) {
  PctStrategy strategy(20, 1);
  Toy toy(2, 10, [](Toy& self, int thread, int step) {
    return thread == 0 && step == 3 && self.done(1) < 2 ? Toy::Outcome::kSpins : kDone;
  });
  int spun = 0;
  for (uint64_t index = 0; index < 50; ++index) {
    const auto order = toy.Run(strategy, {.index = index}).order;
    if (order[0] == 1) continue;
    ++spun;
    // Steps 0 to 3 of thread 0 (the last one spins), all of thread 1, the rest of thread 0.
    for (size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], i >= 4 && i < 14 ? 1 : 0);
  }
  EXPECT_GT(spun, 10);
}

// Threads 0 … n−1 hand a token round by waiting and waking: one block and one wake a step, at any
// number of threads. The bookkeeping is counted, not timed.
TEST(Pct, TheCostOfADecisionDoesNotDependOnTheNumberOfThreads) {
  const auto updates_per_point = [](int threads) {
    int turn = 0;
    Toy toy(threads, 300, [&turn, threads](Toy& self, int thread, int) {
      if (turn != thread) return Toy::Outcome::kWaits;
      turn = (turn + 1) % threads;
      self.Wake(turn);
      return kDone;
    });
    PctStrategy strategy(100, 3);
    const auto result = toy.Run(strategy, {}, 1'000'000);
    EXPECT_TRUE(result.finished);
    return static_cast<double>(strategy.updates()) / static_cast<double>(result.points);
  };
  EXPECT_LT(updates_per_point(4), 1.1);
  EXPECT_LT(updates_per_point(256), 1.1);
}

// The same for yields: 256 threads that do nothing but yield, 40,000 times. Each is put on a level
// once, and less than once more when the band of those that yielded is full.
TEST(Pct, TheCostOfAYieldDoesNotDependOnTheNumberOfThreads) {
  for (const int threads : {4, 256}) {
    int spins = 0;
    Toy toy(threads, 1,
            [&spins](Toy&, int, int) { return ++spins < 40'000 ? Toy::Outcome::kSpins : kDone; });
    PctStrategy strategy(100, 1);
    const auto result = toy.Run(strategy, {});
    EXPECT_TRUE(result.finished);
    EXPECT_LT(static_cast<double>(strategy.updates()), 2.1 * static_cast<double>(result.points));
  }
}

}  // namespace
}  // namespace weir::sim
