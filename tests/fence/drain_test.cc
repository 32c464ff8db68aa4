#include "fence/drain.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace fence {
namespace {

constexpr uint64_t kLast = std::numeric_limits<uint64_t>::max();
constexpr uint64_t kEpoch = 7;

Target TargetAt(uint64_t stamp) { return {.observer = 1, .sender = 7, .stamp = {kEpoch, stamp}}; }

Observed NormalAt(uint64_t sequence) { return {ReaderState::kNormal, {kEpoch, sequence}}; }

TEST(Drain, IsMetWhenTheObserverHasComeAsFarAsTheStamp) {
  Target target = TargetAt(18);
  ASSERT_TRUE(Arm(&target, NormalAt(10)));
  EXPECT_EQ(target.baseline, 10u);
  EXPECT_EQ(target.delta, 8);
  EXPECT_FALSE(Met(target, NormalAt(17)));
  EXPECT_TRUE(Met(target, NormalAt(18)));
  EXPECT_TRUE(Met(target, NormalAt(1000)));
}

// Lesson 15, raw-compare-at-wrap.
TEST(Drain, CountsAcrossTheWrap) {
  Target target = TargetAt(3);
  ASSERT_TRUE(Arm(&target, NormalAt(kLast - 4)));
  EXPECT_EQ(target.delta, 8);
  EXPECT_FALSE(Met(target, NormalAt(kLast)));
  EXPECT_FALSE(Met(target, NormalAt(2)));
  EXPECT_TRUE(Met(target, NormalAt(3)));
}

// Lesson 26, negative-delta.
TEST(Drain, IsMetByAnObserverThatWasAlreadyPastTheStamp) {
  Target target = TargetAt(18);
  ASSERT_TRUE(Arm(&target, NormalAt(20)));
  EXPECT_EQ(target.delta, -2);
  EXPECT_TRUE(Met(target, NormalAt(20)));
}

// Lesson 10, silent-reader-is-zero.
TEST(Drain, IsNotArmedByAReaderThatHasNotAttached) {
  Target target = TargetAt(0);
  EXPECT_FALSE(Arm(&target, Observed{}));
  EXPECT_FALSE(Met(target, Observed{}));
  EXPECT_FALSE(Met(target, NormalAt(0))) << "met without having been armed";
}

// Lesson 14, service-counts-as-normal.
TEST(Drain, IsNotArmedByAReaderInServiceState) {
  Target target = TargetAt(5);
  EXPECT_FALSE(Arm(&target, {ReaderState::kService, {kEpoch, 5}}));
  EXPECT_FALSE(Met(target, {ReaderState::kService, {kEpoch, 5}}));
  EXPECT_TRUE(Arm(&target, NormalAt(5)));
  EXPECT_TRUE(Met(target, NormalAt(5)));
}

// Lesson 02, absolute-watermark.
// Lesson 16, stale-incarnation.
TEST(Drain, IsNeitherArmedNorMetByAnotherEpoch) {
  Target target = TargetAt(18);
  EXPECT_FALSE(Arm(&target, {ReaderState::kNormal, {kEpoch - 1, 104985}}));
  ASSERT_TRUE(Arm(&target, NormalAt(10)));
  EXPECT_FALSE(Met(target, {ReaderState::kNormal, {kEpoch + 1, 104985}}));
}

// Lesson 05, no-baseline.
TEST(Drain, KeepsTheBaselineThatItWasArmedWith) {
  Target target = TargetAt(18);
  ASSERT_TRUE(Arm(&target, NormalAt(10)));
  ASSERT_TRUE(Arm(&target, NormalAt(15)));
  EXPECT_EQ(target.baseline, 10u);
  EXPECT_EQ(target.delta, 8);
}

TEST(Drain, TellsHowFarTheObserverHasCome) {
  Target target = TargetAt(18);
  EXPECT_NE(ToString(target, NormalAt(10)).find("not reading yet"), std::string::npos);
  ASSERT_TRUE(Arm(&target, NormalAt(10)));
  EXPECT_NE(ToString(target, NormalAt(13)).find("3 of 8 handled"), std::string::npos);
}

}  // namespace
}  // namespace fence
