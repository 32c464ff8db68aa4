#include "sim/strategy/portfolio.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/strategy/pct.h"
#include "sim/strategy/strategy.h"
#include "tests/strategy/toy.h"

namespace weir::sim {
namespace {

constexpr size_t kMembers = PortfolioStrategy::kMembers.size();

TEST(Portfolio, EachMemberGetsOneOfEveryNExecutions) {
  for (uint64_t block = 0; block < 1'000; ++block) {
    std::vector<int> counts(kMembers);
    for (uint64_t i = 0; i < kMembers; ++i) {
      ++counts[PortfolioStrategy::MemberOf(block * kMembers + i)];
    }
    for (const int count : counts) EXPECT_EQ(count, 1);
  }
}

// A worker of W runs every W-th execution. A share of one fifth of 10,000 has a standard deviation
// of 40 if the members are drawn, and less if W and the number of members have no divisor in
// common.
TEST(Portfolio, EachMemberGetsItsShareInEveryWorker) {
  for (const uint64_t workers : {2, 4, 5, 8, 10, 25}) {
    for (uint64_t worker = 0; worker < workers; ++worker) {
      std::vector<int> counts(kMembers);
      for (uint64_t i = 0; i < 10'000; ++i) {
        ++counts[PortfolioStrategy::MemberOf(worker + i * workers)];
      }
      for (const int count : counts) EXPECT_NEAR(count, 10'000.0 / kMembers, 5 * 40);
    }
  }
}

// What two executions of one member with the same number would do alike is not done twice.
TEST(Portfolio, OfASmallProgramPctHasTheOrdersOfWholeThreadsAmongTheFirst) {
  for (const uint32_t threads : {2, 3, 4}) {
    std::set<std::pair<std::string_view, uint64_t>> parts;
    uint64_t orders = 0;
    for (uint64_t index = 0; index < 500; ++index) {
      const PortfolioStrategy::Part part = PortfolioStrategy::PartOf(index, threads);
      EXPECT_TRUE(parts.insert({part.member, part.index}).second) << index;
      if (part.member != "pct" || part.index >= PctStrategy::OrdersOf(threads)) continue;
      ++orders;
      EXPECT_LT(index, 3 * kMembers);
    }
    EXPECT_EQ(orders, PctStrategy::OrdersOf(threads));
  }
}

// Also where one of several workers runs every second or fourth execution. Of 10,000 drawn ones
// half has a standard deviation of 50.
TEST(Portfolio, WithManyThreadsOnlySurwAndConflictTakeTurns) {
  for (const uint64_t workers : {1, 2, 4, 5}) {
    std::map<std::string_view, int> counts;
    for (uint64_t i = 0; i < 10'000; ++i)
      ++counts[PortfolioStrategy::PartOf(i * workers, 31).member];
    EXPECT_EQ(counts.size(), 2u);
    for (const auto member : {"surw", "conflict"}) EXPECT_NEAR(counts[member], 5'000, 5 * 50);
  }
  EXPECT_EQ(PortfolioStrategy::PartOf(0, 30).member, PortfolioStrategy::PartOf(0, 0).member);
}

TEST(Portfolio, BeginsTheMemberThatTakesTheTurn) {
  Toy toy(31, 2);
  const Profile profile = toy.MakeProfile();
  PortfolioStrategy portfolio;
  for (uint64_t index = 0; index < 20; ++index) {
    const Execution execution = {
        .index = index, .faults = FaultSet::None(), .profile = &profile, .threads = 31};
    portfolio.Begin(execution, Random(index));
    // conflict alone sees all.
    EXPECT_EQ(portfolio.sees_all(), PortfolioStrategy::PartOf(index, 31).member == "conflict");
  }
}

TEST(Portfolio, RunsTheMemberThatTheIndexSays) {
  Toy toy(4, 8);
  PortfolioStrategy portfolio;
  for (uint64_t index = 0; index < 100; ++index) {
    const auto member =
        MakeStrategy(PortfolioStrategy::kMembers[PortfolioStrategy::MemberOf(index)]);
    // What the member does by itself, at its own index and with the seed of the portfolio's.
    member->Begin({.index = index / kMembers, .faults = FaultSet::None()},
                  Random(ExecutionSeed(0, index)));
    class Begun final : public Strategy {
     public:
      explicit Begun(Strategy& inner) : inner_(inner) {}
      void Begin(const Execution&, Random) override {}
      Choice Choose(const Point& point) override { return inner_.Choose(point); }

     private:
      Strategy& inner_;
    } begun(*member);
    const auto expected = toy.Run(begun, {});
    EXPECT_EQ(toy.Run(portfolio, {.index = index}).order, expected.order) << "execution " << index;
  }
}

}  // namespace
}  // namespace weir::sim
