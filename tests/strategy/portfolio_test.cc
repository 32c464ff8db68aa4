#include "sim/strategy/portfolio.h"

#include <gtest/gtest.h>

#include <vector>

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
