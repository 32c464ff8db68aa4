#include "sim/campaign/sketch.h"

#include <gtest/gtest.h>

namespace weir::sim {
namespace {

// The standard error is 1.6 %; 5 % are three of them. The values are fixed, so this either holds or
// not.
TEST(Sketch, CountsDifferentValuesWithinFivePercent) {
  for (const uint64_t count : {10u, 1'000u, 20'000u, 1'000'000u}) {
    Sketch sketch;
    for (uint64_t i = 0; i < count; ++i) sketch.Add(i);
    EXPECT_NEAR(static_cast<double>(sketch.Estimate()), static_cast<double>(count),
                0.05 * static_cast<double>(count));
  }
}

TEST(Sketch, AValueSeenTwiceCountsOnce) {
  Sketch sketch;
  for (int i = 0; i < 1000; ++i) sketch.Add(42);
  EXPECT_EQ(sketch.Estimate(), 1u);
}

TEST(Sketch, TheUnionCountsWhatEitherHasSeen) {
  Sketch a, b, both;
  for (uint64_t i = 0; i < 5000; ++i) a.Add(i), both.Add(i);
  for (uint64_t i = 2500; i < 7500; ++i) b.Add(i), both.Add(i);
  a.Merge(b);
  EXPECT_EQ(a.Estimate(), both.Estimate());
}

TEST(Sketch, OfNothingIsZero) { EXPECT_EQ(Sketch().Estimate(), 0u); }

}  // namespace
}  // namespace weir::sim
