#include "fence/position.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace fence {
namespace {

constexpr uint64_t kLast = std::numeric_limits<uint64_t>::max();

TEST(Position, DistanceIsPositiveForwardsAndNegativeBackwards) {
  EXPECT_EQ(SequenceDistance(5, 8), 3);
  EXPECT_EQ(SequenceDistance(8, 5), -3);
  EXPECT_EQ(SequenceDistance(8, 8), 0);
}

// Lesson 15, raw-compare-at-wrap.
TEST(Position, DistanceIsExactAcrossTheWrap) {
  EXPECT_EQ(SequenceDistance(kLast, 0), 1);
  EXPECT_EQ(SequenceDistance(kLast - 2, 5), 8);
  EXPECT_EQ(SequenceDistance(5, kLast - 2), -8);
}

TEST(Position, DistanceIsExactUpToHalfTheRange) {
  const uint64_t half = uint64_t{1} << 63;
  EXPECT_EQ(SequenceDistance(17, 17 + half - 1), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(SequenceDistance(17 + half - 1, 17), -std::numeric_limits<int64_t>::max());
}

// Lesson 02, absolute-watermark.
TEST(Position, HasNoDistanceToAnotherEpoch) {
  EXPECT_EQ(Distance({1, 5}, {2, 8}), std::nullopt);
  EXPECT_EQ(Distance({2, 8}, {1, 8}), std::nullopt);
  EXPECT_EQ(Distance({2, kLast}, {2, 1}), 2);
}

TEST(Position, EqualsOnlyItself) {
  EXPECT_EQ((Position{1, 2}), (Position{1, 2}));
  EXPECT_NE((Position{1, 2}), (Position{2, 2}));
  EXPECT_EQ(ToString(Position{3, kLast}), "3:18446744073709551615");
}

}  // namespace
}  // namespace fence
