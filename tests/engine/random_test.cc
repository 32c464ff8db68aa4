#include "sim/engine/random.h"

#include <gtest/gtest.h>

#include <set>

namespace weir::sim {
namespace {

// Neighbouring indices of one campaign must not give streams that overlap: of 200 streams of 100
// draws of 64 bits, 20,000 in all, none is equal (chance of one coincidence: 20,000² / 2 / 2^64 <
// 10^−10).
TEST(Random, ExecutionsNextToOneAnotherDrawUnlikeStreams) {
  std::set<uint64_t> seen;
  for (uint64_t index = 0; index < 200; ++index) {
    Random random(ExecutionSeed(1, index));
    for (int i = 0; i < 100; ++i) seen.insert(random.Bits64());
  }
  EXPECT_EQ(seen.size(), 20'000u);
}

TEST(Random, ASeedAlwaysGivesTheSameNumbers) {
  Random random(ExecutionSeed(7, 4711));
  const uint32_t first = random.Bits();
  const uint64_t second = random.Bits64();
  Random again(ExecutionSeed(7, 4711));
  EXPECT_EQ(again.Bits(), first);
  EXPECT_EQ(again.Bits64(), second);
  // Pinned: a schedule found on one machine is named by its seed on another.
  EXPECT_EQ(ExecutionSeed(7, 4711), 0x3EF0BFD8079EE4C3u);
}

// 6,000 draws over 6 values: each count has mean 1,000 and standard deviation 28.9; ±150 is 5.2 of
// them.
TEST(Random, BelowIsUniform) {
  Random random(11);
  int counts[6] = {};
  for (int i = 0; i < 6'000; ++i) ++counts[random.Below(6)];
  for (const int count : counts) EXPECT_NEAR(count, 1'000, 150);
}

TEST(Random, ChanceIsItsThreshold) {
  Random random(13);
  int hits = 0;
  for (int i = 0; i < 10'000; ++i) hits += random.Chance(uint32_t{1} << 30);  // 1/4
  EXPECT_NEAR(hits, 2'500, 220);  // standard deviation 43.3
}

}  // namespace
}  // namespace weir::sim
