#include "sim/strategy/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/strategy/toy.h"

namespace weir::sim {
namespace {

constexpr int kExponents = RandomStrategy::kStickiest + 1;

// A strategy at the first execution from `index` on in which the stickiness is 1 − 2^-exponent.
RandomStrategy WithExponent(uint32_t exponent, uint64_t index = 0) {
  RandomStrategy strategy;
  do {
    strategy.Begin({.index = index, .faults = FaultSet::None()}, Random(ExecutionSeed(0, index)));
    ++index;
  } while (strategy.exponent() != exponent);
  return strategy;
}

struct Fixture {
  explicit Fixture(int threads) {
    runnable.Clear();
    for (int thread = 0; thread < threads; ++thread) runnable.Insert(thread);
    point.kind = DecisionKind::kRun;
    point.op = Op::kAtomicLoad;
    point.thread_can_run = true;
    point.alternatives = static_cast<uint32_t>(threads);
    point.runnable = &runnable;
  }
  // The next point.
  const Point& Next() {
    ++point.step;
    return point;
  }
  ThreadSet runnable;
  Point point{};
};

// 9,000 executions, 9 stickinesses: the statistic has 8 degrees of freedom, and a uniform draw
// exceeds 26.1 once in 1,000.
TEST(Random, EveryStickinessHasEqualShares) {
  RandomStrategy strategy;
  std::vector<int> counts(kExponents);
  for (uint64_t index = 0; index < 9'000; ++index) {
    strategy.Begin({}, Random(ExecutionSeed(3, index)));
    ++counts[strategy.exponent()];
  }
  EXPECT_LT(ChiSquared(counts), 26.1);
}

// 200,000 points with 4 threads: the running one is left with probability 2^-e × 3/4. The count is
// binomial; five standard deviations are exceeded once in 1.7 million.
TEST(Random, LeavesTheRunningThreadAsOftenAsTheStickinessSays) {
  constexpr int kPoints = 200'000;
  for (uint32_t exponent = 0; exponent < kExponents; ++exponent) {
    RandomStrategy strategy = WithExponent(exponent);
    Fixture fixture(4);
    fixture.point.thread = 2;
    int left = 0;
    for (int i = 0; i < kPoints; ++i) left += strategy.Choose(fixture.Next()) != 2;
    const double p = 0.75 / (1 << exponent);
    const double deviation = std::sqrt(kPoints * p * (1 - p));
    EXPECT_NEAR(left, kPoints * p, 5 * deviation) << "e = " << exponent;
  }
}

// 40,000 draws over 20 threads, each expected 2,000 times; 19 degrees of freedom: 43.8 once in
// 1,000.
TEST(Random, GoesToEveryRunnableThreadWithEqualChances) {
  for (const bool can_run : {true, false}) {
    RandomStrategy strategy = WithExponent(0);
    Fixture fixture(20);
    fixture.point.thread = can_run ? 7 : 99;
    fixture.point.thread_can_run = can_run;
    std::vector<int> counts(20);
    for (int i = 0; i < 40'000; ++i) ++counts[strategy.Choose(fixture.Next())];
    EXPECT_LT(ChiSquared(counts), 43.8) << "the running thread can run: " << can_run;
  }
}

// 9 others, expected 2,000 times each; 8 degrees of freedom: 26.1 once in 1,000.
TEST(Random, LeavesForEveryOtherThreadWithEqualChancesWhenSticky) {
  RandomStrategy strategy = WithExponent(RandomStrategy::kStickiest);
  Fixture fixture(10);
  fixture.point.thread = 9;
  std::vector<int> counts(9);
  for (int left = 0; left < 18'000;) {
    const Choice choice = strategy.Choose(fixture.Next());
    if (choice == 9) continue;
    ++counts[choice];
    ++left;
  }
  EXPECT_LT(ChiSquared(counts), 26.1);
}

// 5 threads, the yielding one in each place of the set in turn; 4 others, 3 degrees of
// freedom: 16.3.
TEST(Random, AYieldGoesToEveryOtherThreadWithEqualChancesWhateverTheStickiness) {
  for (const uint32_t exponent : {0u, 8u}) {
    for (ThreadSlot yielding = 0; yielding < 5; ++yielding) {
      RandomStrategy strategy = WithExponent(exponent);
      Fixture fixture(5);
      fixture.point.thread = yielding;
      fixture.point.yields = true;
      std::vector<int> counts(5);
      for (int i = 0; i < 8'000; ++i) ++counts[strategy.Choose(fixture.Next())];
      EXPECT_EQ(counts[yielding], 0);
      counts.erase(counts.begin() + yielding);
      EXPECT_LT(ChiSquared(counts), 16.3) << "e = " << exponent << ", thread " << yielding;
    }
  }
}

TEST(Random, AYieldOfTheOnlyThreadStays) {
  RandomStrategy strategy = WithExponent(0);
  Fixture fixture(1);
  fixture.point.yields = true;
  for (int i = 0; i < 100; ++i) ASSERT_EQ(strategy.Choose(fixture.Next()), 0u);
}

// weir::Choose(4): 8,000 draws, 3 degrees of freedom: 16.3 once in 1,000.
TEST(Random, ValuesAreUniform) {
  RandomStrategy strategy = WithExponent(0);
  Point point{};
  point.kind = DecisionKind::kValue;
  point.alternatives = 4;
  std::vector<int> counts(4);
  for (int i = 0; i < 8'000; ++i) ++counts[strategy.Choose(point)];
  EXPECT_LT(ChiSquared(counts), 16.3);
}

// Half of the executions wake any waiter (then each of 4 with 1/4), half the first. 4,000
// executions of one wake each: waiter 0 is woken with 1/2 + 1/8 = 5/8, the others with 1/8 each; 5
// standard deviations.
TEST(Random, HalfOfTheExecutionsWakeOutOfOrder) {
  Point point{};
  point.kind = DecisionKind::kWake;
  point.alternatives = 4;
  int first = 0;
  RandomStrategy strategy;
  for (uint64_t index = 0; index < 4'000; ++index) {
    strategy.Begin({}, Random(ExecutionSeed(5, index)));
    const Choice choice = strategy.Choose(point);
    ASSERT_LT(choice, 4u);
    first += choice == 0;
  }
  EXPECT_NEAR(first, 2'500, 5 * std::sqrt(4'000 * 5.0 / 8 * 3 / 8));
}

// A quarter of the executions have slow threads; in those, time passes at one of 2^6 … 2^16 points.
// In 1,000 executions of 64 points the probability of at least one is 1/4 · mean over e of
// 1 − (1 − 2^-e)^64 = 1/4 · (0.635 + 0.395 + 0.222 + … ) / 11 ≈ 0.033.
TEST(Random, TimePassesAtFewPointsOfFewExecutionsAndOnlyWhenATimerIsPending) {
  Fixture fixture(3);
  RandomStrategy strategy;
  double chance = 0;
  for (int e = 6; e <= 16; ++e) chance += 0.25 / 11 * (1 - std::pow(1 - std::exp2(-e), 64));
  for (const bool pending : {false, true}) {
    fixture.point.timer_pending = pending;
    int executions = 0;
    for (uint64_t index = 0; index < 1'000; ++index) {
      strategy.Begin({}, Random(ExecutionSeed(9, index)));
      bool passed = false;
      fixture.point.step = 0;
      for (int i = 0; i < 64; ++i) passed |= strategy.Choose(fixture.Next()) == kAdvanceTime;
      executions += passed;
    }
    const double p = pending ? chance : 0;
    EXPECT_NEAR(executions, 1'000 * p, 5 * std::sqrt(1'000 * p * (1 - p)));
  }
}

}  // namespace
}  // namespace weir::sim
