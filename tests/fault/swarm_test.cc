#include "sim/fault/swarm.h"

#include <gtest/gtest.h>

#include <bit>
#include <vector>

#include "sim/engine/fault_choice.h"
#include "sim/fault/fault.h"

namespace weir::sim {
namespace {

constexpr uint64_t kNever = ~uint64_t{0};

Point PointOf(DecisionKind kind, uint64_t step = 0) {
  Point point{};
  point.kind = kind;
  point.step = step;
  point.thread_can_run = true;
  point.timer_pending = true;
  point.alternatives = kDelays + 1;
  return point;
}

FaultSet Only(FaultKind kind) {
  FaultSet set = FaultSet::None();
  set.Insert(kind);
  return set;
}

// Calls `look(swarm, random)` for so many executions.
template <typename Look>
void Executions(uint64_t seed, uint64_t count, FaultSet allowed, const Look& look) {
  Swarm swarm;
  for (uint64_t index = 0; index < count; ++index) {
    Random random(ExecutionSeed(seed, index));
    swarm.Begin(random, allowed);
    look(swarm, random);
  }
}

TEST(Fault, EachKindHasAnEntryAndAName) {
  ASSERT_EQ(Faults().size(), kFaultKinds);
  for (size_t i = 0; i < kFaultKinds; ++i) {
    const auto kind = static_cast<FaultKind>(i);
    EXPECT_EQ(InfoOf(kind).kind, kind);
    EXPECT_EQ(FaultFromName(FaultName(kind)), kind);
    EXPECT_LE(InfoOf(kind).most_often, InfoOf(kind).rarest);
  }
  EXPECT_EQ(FaultFromName("slow"), std::nullopt);
}

// A quarter of the executions has none; in a quarter each, every kind is there with a chance of
// 1/2, 1/4 or 1/8. So it is in 7/32 of all: of 4,000, 875 ± 26.1. None is there in 1/4 + 1/4 Σ (1 −
// p)^17 = 0.2777: 1,111 ± 28.3.
TEST(Swarm, HasEachKindInSevenOfThirtyTwoExecutions) {
  static_assert(kFaultKinds == 17);
  std::vector<int> present(kFaultKinds);
  int none = 0;
  Executions(1, 4'000, FaultSet::All(), [&](const Swarm& swarm, Random&) {
    for (size_t i = 0; i < kFaultKinds; ++i)
      present[i] += swarm.present().Contains(static_cast<FaultKind>(i));
    none += swarm.present().empty();
  });
  for (size_t i = 0; i < kFaultKinds; ++i) EXPECT_NEAR(present[i], 875, 5 * 26.1) << i;
  EXPECT_NEAR(none, 1'111, 5 * 28.3);
}

TEST(Swarm, HasNothingThatIsNotAllowed) {
  Executions(2, 1'000, Only(FaultKind::kSpuriousWakeup), [](Swarm& swarm, Random& random) {
    for (uint64_t step = 0; step < 100; ++step) {
      EXPECT_EQ(swarm.Disturb(PointOf(DecisionKind::kRun, step), random), Swarm::kUndisturbed);
    }
    EXPECT_EQ(swarm.Choose(PointOf(DecisionKind::kFault), random), kNoFault);
    EXPECT_EQ(swarm.After(FaultKind::kDelayedWakeup, 0, random), kNever);
  });
  Executions(3, 100, FaultSet::None(), [](Swarm& swarm, Random& random) {
    EXPECT_TRUE(swarm.present().empty());
    EXPECT_EQ(swarm.disturbs_at(), kNever);
    EXPECT_EQ(swarm.After(FaultKind::kSpuriousWakeup, 0, random), kNever);
  });
}

TEST(Swarm, DisturbsOnlyWhereThePointOffersIt) {
  int pauses = 0;
  int jumps = 0;
  Executions(4, 2'000, FaultSet::All(), [&](Swarm& swarm, Random& random) {
    for (uint64_t step = 0; step < 200; ++step) {
      Point point = PointOf(DecisionKind::kRun, step);
      point.thread_can_run = step % 2 == 0;
      point.timer_pending = step % 3 == 0;
      point.process_may_pause = step % 5 == 0;
      point.process_may_stall = step % 7 == 0;
      const Choice choice = swarm.Disturb(point, random);
      if (choice == Swarm::kUndisturbed) continue;
      if (choice == kAdvanceTime) {
        EXPECT_TRUE(point.timer_pending);
        ++jumps;
      } else {
        ASSERT_TRUE(IsPause(choice));
        EXPECT_TRUE(point.thread_can_run);
        if (PauseKind(choice) == FaultKind::kSlowProcess) EXPECT_TRUE(point.process_may_pause);
        if (PauseKind(choice) == FaultKind::kStall) EXPECT_TRUE(point.process_may_stall);
        EXPECT_GE(DelayOf(choice), 1u);
        EXPECT_LE(DelayOf(choice), kDelays);
        ++pauses;
      }
    }
  });
  EXPECT_GT(pauses, 100);
  EXPECT_GT(jumps, 100);
}

TEST(Swarm, HasNoFaultsFromItsEndOn) {
  int ended = 0;
  Executions(5, 4'000, FaultSet::All(), [&](Swarm& swarm, Random& random) {
    if (swarm.present().empty()) return;
    const uint64_t end = swarm.ends_at();
    EXPECT_LT(end, uint64_t{1} << 23);
    for (uint64_t step = end; step < end + 200; ++step) {
      EXPECT_EQ(swarm.Disturb(PointOf(DecisionKind::kRun, step), random), Swarm::kUndisturbed);
    }
    EXPECT_EQ(swarm.After(FaultKind::kSpuriousWakeup, end, random), kNever);
    EXPECT_EQ(swarm.Choose(PointOf(DecisionKind::kFault, end), random), kNoFault);
    EXPECT_EQ(swarm.Choose(PointOf(DecisionKind::kInject, end), random), kNoFault);
    ++ended;
  });
  EXPECT_GT(ended, 2'000);
}

// A crash comes before operation 1, 2–3, 4–7 … with equal chances: 14 octaves, 13 degrees of
// freedom, 34.5 is exceeded once in 1,000. Half of them restart where both kinds are there.
TEST(Swarm, CrashesAreLogUniformOverOperations) {
  FaultSet both = Only(FaultKind::kCrash);
  both.Insert(FaultKind::kRestart);
  std::vector<int> octaves(14);
  int faults = 0;
  int coins = 0;
  int heads = 0;
  Executions(6, 100'000, both, [&](const Swarm& swarm, Random& random) {
    const Choice choice = swarm.Choose(PointOf(DecisionKind::kFault), random);
    if (choice == kNoFault || faults == 14'000) return;
    ++faults;
    ++octaves.at(std::bit_width(FaultOp(choice)) - 1);
    const bool crash = swarm.present().Contains(FaultKind::kCrash);
    const bool restart = swarm.present().Contains(FaultKind::kRestart);
    if (crash && restart) {
      ++coins;
      heads += FaultRestarts(choice);
    } else {
      EXPECT_EQ(FaultRestarts(choice), restart);
    }
  });
  ASSERT_EQ(faults, 14'000);
  double statistic = 0;
  for (const int count : octaves) statistic += (count - 1'000.0) * (count - 1'000.0) / 1'000.0;
  EXPECT_LT(statistic, 34.5);
  // Of the executions with a crash 0.23 have both. Standard deviation √(n / 4) < 60.
  EXPECT_GT(coins, 2'500);
  EXPECT_NEAR(heads, coins / 2.0, 5 * 60);
}

}  // namespace
}  // namespace weir::sim
