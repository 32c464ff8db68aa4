#include "sim/strategy/bounded.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/strategy/toy.h"

namespace weir::sim {
namespace {

// Runs every execution that the strategy has; the orders in which the threads took their steps.
std::vector<std::vector<ThreadSlot>> Explore(Strategy& strategy, Toy& toy, const Extent& extent) {
  std::vector<std::vector<ThreadSlot>> orders;
  do {
    orders.push_back(toy.Run(strategy, {.extent = extent}).order);
  } while (strategy.Advance() && orders.size() < 200'000);
  return orders;
}

std::set<std::vector<ThreadSlot>> Different(const std::vector<std::vector<ThreadSlot>>& orders) {
  return {orders.begin(), orders.end()};
}

constexpr Extent kAll = {.deviations = Extent::kUnbounded};
constexpr Extent kReduced = {.deviations = Extent::kUnbounded, .reduce = true};

// Two threads of three steps: C(6, 3) = 20 orders. Three of two: 6!/(2!)³ = 90.
TEST(Bounded, UnboundedExploresEveryOrderOnce) {
  for (const auto& [threads, steps, expected] : {std::tuple{2, 3, 20}, std::tuple{3, 2, 90}}) {
    Toy toy(threads, steps);
    BoundedStrategy strategy;
    const auto orders = Explore(strategy, toy, kAll);
    EXPECT_EQ(orders.size(), static_cast<size_t>(expected));
    EXPECT_EQ(Different(orders).size(), orders.size());
    EXPECT_EQ(strategy.coverage().schedules, orders.size());
    EXPECT_TRUE(strategy.coverage().complete);
  }
}

// Two threads of three steps, and the default is to stay. With no deviation there is one order,
// 000111. A deviation is to take the other thread at a point at which both can run: with one,
// thread 1 gets to run to its end after i of thread 0's steps, i = 0, 1, 2 (then the rest of 0): 3.
// With two, thread 0 takes over again after j = 1, 2 of thread 1's steps: 3 · 2 = 6.
TEST(Bounded, ExploresSchedulesByTheirNumberOfDeviations) {
  const size_t expected[] = {1, 1 + 3, 1 + 3 + 6};
  for (uint32_t deviations = 0; deviations < 3; ++deviations) {
    Toy toy(2, 3);
    BoundedStrategy strategy;
    const auto orders = Explore(strategy, toy, {.deviations = deviations});
    EXPECT_EQ(strategy.coverage().schedules, expected[deviations]);
    EXPECT_EQ(Different(orders).size(), expected[deviations]);
    EXPECT_TRUE(strategy.coverage().complete);
  }
}

// Two threads whose steps do not depend on each other have one class of schedules; but these have
// more decisions than a reduced search keeps, so it cannot know that there is no other.
TEST(Bounded, NeverSaysThatItIsCompleteWhenItWasCut) {
  Toy toy(2, BoundedStrategy::kMostReduced);
  BoundedStrategy strategy;
  EXPECT_LT(Explore(strategy, toy, kReduced).size(), 10u);
  EXPECT_TRUE(strategy.coverage().cut);
  EXPECT_FALSE(strategy.coverage().complete);
}

TEST(Bounded, BeforeItAdvancesEachExecutionIsTheSame) {
  Toy toy(3, 2);
  BoundedStrategy strategy;
  do {
    const auto first = toy.Run(strategy, {.extent = kAll}).order;
    ASSERT_EQ(toy.Run(strategy, {.extent = kAll}).order, first);
  } while (strategy.Advance());
  EXPECT_EQ(strategy.coverage().schedules, 90u);
}

TEST(Bounded, PartsHaveEachScheduleOnce) {
  for (const uint32_t deviations : {2u, Extent::kUnbounded}) {
    Toy toy(3, 3);
    BoundedStrategy whole;
    const auto all = Explore(whole, toy, {.deviations = deviations});
    uint64_t sum = 0;
    std::set<std::vector<ThreadSlot>> together;
    for (uint64_t part = 0; part < 3; ++part) {
      BoundedStrategy strategy;
      const auto orders =
          Explore(strategy, toy, {.deviations = deviations, .part = part, .parts = 3});
      together.insert(orders.begin(), orders.end());
      EXPECT_TRUE(strategy.coverage().complete);
      EXPECT_GT(strategy.coverage().schedules, whole.coverage().schedules / 10);
      sum += strategy.coverage().schedules;
    }
    EXPECT_EQ(sum, whole.coverage().schedules);
    EXPECT_EQ(together, Different(all));
  }
}

// One thread spins until the other is through. Nobody lets it go on spinning, so there is an end.
TEST(Bounded, AThreadThatSpinsIsNotLetGoOn) {
  Toy toy(2, 3, [](Toy& self, int thread, int step) {
    const bool waits = thread == 0 && step == 1 && self.done(1) < 3;
    return waits ? Toy::Outcome::kSpins : Toy::Outcome::kDone;
  });
  BoundedStrategy strategy;
  const auto orders = Explore(strategy, toy, kAll);
  EXPECT_TRUE(strategy.coverage().complete);
  EXPECT_EQ(Different(orders).size(), orders.size());
}

// What the reduction leaves is checked against everything: for small programs of all kinds, one
// execution of each class of those that order the events alike that depend on each other.
TEST(Bounded, ReductionLeavesOneOfEachClass) {
  static int objects[64];
  Random random(20261123);
  uint64_t all_schedules = 0;
  uint64_t kept_schedules = 0;
  for (int program = 0; program < 150; ++program) {
    const int threads = 2 + program % 2;
    const int steps = threads == 2 ? 4 : 3;
    std::vector<Toy::Event> events;
    for (int i = 0; i < threads * steps; ++i) {
      const uint32_t object = random.Below(4);  // 0: on nothing
      const bool begins = i % steps == 0;
      events.push_back(
          {begins || object == 0 ? nullptr : &objects[object * 16], random.Below(3) == 0});
    }
    Toy toy(threads, steps);
    toy.On([&](int thread, int step) { return events[thread * steps + step]; });
    const auto class_of = [&](const std::vector<ThreadSlot>& order) {
      std::vector<int> places(events.size());
      std::vector<int> done(threads);
      for (size_t i = 0; i < order.size(); ++i) {
        places[order[i] * steps + done[order[i]]++] = static_cast<int>(i);
      }
      std::string bits;
      for (size_t a = 0; a < events.size(); ++a) {
        for (size_t b = a + 1; b < events.size(); ++b) {
          const bool depend = events[a].object != nullptr && events[a].object == events[b].object &&
                              !(events[a].looks && events[b].looks);
          if (depend) bits += places[a] < places[b] ? '<' : '>';
        }
      }
      return bits;
    };
    BoundedStrategy unreduced;
    std::set<std::string> classes;
    for (const auto& order : Explore(unreduced, toy, kAll)) classes.insert(class_of(order));
    BoundedStrategy reduced;
    std::set<std::string> kept;
    for (const auto& order : Explore(reduced, toy, kReduced)) kept.insert(class_of(order));
    ASSERT_EQ(kept, classes) << "program " << program;
    ASSERT_EQ(reduced.coverage().schedules, classes.size()) << "program " << program;
    ASSERT_TRUE(reduced.coverage().complete);
    all_schedules += unreduced.coverage().schedules;
    kept_schedules += reduced.coverage().schedules;
  }
  EXPECT_LT(kept_schedules, all_schedules / 10);  // and it is worth something
}

}  // namespace
}  // namespace weir::sim
