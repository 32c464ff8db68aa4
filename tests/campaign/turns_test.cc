#include "sim/campaign/turns.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "sim/strategy/portfolio.h"

namespace weir::sim {
namespace {

constexpr size_t kMembers = PortfolioStrategy::kMembers.size();

std::vector<uint64_t> All(Turns& turns) {
  std::vector<uint64_t> indexes;
  while (const std::optional<uint64_t> index = turns.Next()) {
    indexes.push_back(*index);
    turns.Spent(*index, 1'000);
  }
  return indexes;
}

std::vector<uint64_t> InOrder(const Share& share) {
  std::vector<uint64_t> indexes;
  for (uint64_t i = share.first; i < share.end; i += share.stride) indexes.push_back(i);
  return indexes;
}

TEST(Turns, AreInTheOrderOfIndexesUnlessTheyAdapt) {
  const Share share{3, 4, 1'000};
  Turns single("pct", share, /*adapts=*/true, nullptr);
  EXPECT_EQ(All(single), InOrder(share));
  Turns fixed("portfolio", share, /*adapts=*/false, nullptr);
  EXPECT_EQ(All(fixed), InOrder(share));
}

TEST(Turns, EachExecutionOfTheShareHasOneWhateverIsFound) {
  const Share share{1, 2, 2'000};
  Turns turns("portfolio", share, /*adapts=*/true, nullptr);
  std::vector<uint64_t> indexes;
  while (const std::optional<uint64_t> index = turns.Next()) {
    indexes.push_back(*index);
    turns.Spent(*index, 1'000);
    if (PortfolioStrategy::MemberOf(*index) == 3) turns.Found(*index);
  }
  std::sort(indexes.begin(), indexes.end());
  EXPECT_EQ(indexes, InOrder(share));
}

std::array<int, kMembers> CountTurns(Turns& turns, int count) {
  std::array<int, kMembers> counts{};
  for (int i = 0; i < count; ++i) {
    const uint64_t index = *turns.Next();
    turns.Spent(index, 1'000);
    ++counts[PortfolioStrategy::MemberOf(index)];
  }
  return counts;
}

// With executions five times as long as those of the others a member has a fifth of their turns,
// and the first block of turns is in the order of indexes.
TEST(Turns, AreSharedByTimeNotByCount) {
  Turns turns("portfolio", {0, 1, ~uint64_t{0}}, /*adapts=*/true, nullptr);
  std::array<int, kMembers> counts{};
  for (uint64_t i = 0; i < 2'100; ++i) {
    const uint64_t index = *turns.Next();
    if (i < kMembers) EXPECT_EQ(index, i);
    const size_t member = PortfolioStrategy::MemberOf(index);
    ++counts[member];
    turns.Spent(index, member == 1 ? 5 * 1'000 + 400 : 1'000);
  }
  for (size_t i = 0; i < kMembers; ++i) EXPECT_NEAR(counts[i], i == 1 ? 100 : 500, 2) << i;
}

// With two finds, just made, a member has three turns for each one of the others; a tenth of the
// half-life later it still has nearly as many. The share of the others stays above that of one
// turn in kMostTurns, however much is found; and in the end it is forgotten.
TEST(Turns, WhoFoundSomethingLatelyHasMoreOfThem) {
  const Share share{0, 1, ~uint64_t{0}};
  Turns turns("portfolio", share, /*adapts=*/true, nullptr);
  for (const int count : CountTurns(turns, 100 * kMembers)) EXPECT_EQ(count, 100);

  const uint64_t found = turns.cursors()[2];
  turns.Found(found);
  turns.Found(found);
  const auto soon = CountTurns(turns, 200);
  for (size_t i = 0; i < kMembers; ++i) {
    if (i != 2) EXPECT_NEAR(soon[2], 3 * soon[i], 0.1 * soon[2] + 3) << i;
  }

  for (int i = 0; i < 1'000; ++i) turns.Found(found);
  const auto most = CountTurns(turns, 400);
  for (size_t i = 0; i < kMembers; ++i) {
    if (i != 2) EXPECT_NEAR(most[2], Turns::kMostTurns * most[i], Turns::kMostTurns + 1) << i;
  }

  CountTurns(turns, static_cast<int>(30 * Turns::kHalfLife));
  const auto late = CountTurns(turns, 100 * kMembers);
  for (const int count : late) EXPECT_NEAR(count, 100, 1);
}

TEST(Turns, GoOnWhereAnotherWorkerWas) {
  const Share share{0, 3, 3'000};
  Turns first("portfolio", share, /*adapts=*/true, nullptr);
  std::vector<uint64_t> indexes;
  for (int i = 0; i < 100; ++i) {
    indexes.push_back(*first.Next());
    first.Spent(indexes.back(), 1'000);
  }
  const Cursors cursors = first.cursors();
  Turns second("portfolio", share, /*adapts=*/true, &cursors);
  for (const uint64_t index : All(second)) indexes.push_back(index);
  std::sort(indexes.begin(), indexes.end());
  EXPECT_EQ(indexes, InOrder(share));
}

}  // namespace
}  // namespace weir::sim
