#include "sim/posix/clock.h"

#include <errno.h>

#include <chrono>
#include <cstdint>

#include "gtest/gtest.h"
#include "sim/engine/world.h"

namespace weir::sim {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

uint64_t Deadline(clockid_t clock, timespec time) {
  uint64_t deadline_ns = 12345;
  EXPECT_EQ(DeadlineOf(clock, &time, &deadline_ns), 0);
  return deadline_ns;
}

int Error(clockid_t clock, timespec time) {
  uint64_t deadline_ns = 0;
  return DeadlineOf(clock, &time, &deadline_ns);
}

TEST(DeadlineOf, IsVirtualTimeOnTheMonotonicClock) {
  EXPECT_EQ(Deadline(CLOCK_MONOTONIC, {0, 0}), 0u);
  EXPECT_EQ(Deadline(CLOCK_MONOTONIC, {7, 5}), 7 * kSecond + 5);
}

TEST(DeadlineOf, TakesTheOffsetOfTheCalendarOff) {
  const auto begin = static_cast<time_t>(kRealtimeOffsetNs / kSecond);
  EXPECT_EQ(Deadline(CLOCK_REALTIME, {begin, 0}), 0u);
  EXPECT_EQ(Deadline(CLOCK_REALTIME, {begin + 3, 9}), 3 * kSecond + 9);
}

TEST(DeadlineOf, BeforeTheClockBeganIsNow) {
  EXPECT_EQ(Deadline(CLOCK_REALTIME, {0, 0}), 0u);
  EXPECT_EQ(Deadline(CLOCK_REALTIME, {-5, 0}), 0u);
  EXPECT_EQ(Deadline(CLOCK_MONOTONIC, {-1, 999'999'999}), 0u);
}

TEST(DeadlineOf, TheEndOfTimeIsNever) {
  const int64_t max = std::chrono::steady_clock::time_point::max().time_since_epoch().count();
  const timespec end = {max / static_cast<int64_t>(kSecond), max % static_cast<int64_t>(kSecond)};
  for (const clockid_t clock : {CLOCK_MONOTONIC, CLOCK_REALTIME}) {
    EXPECT_EQ(Deadline(clock, end), kNever);
    EXPECT_EQ(Deadline(clock, {INT64_MAX, 999'999'999}), kNever);
    EXPECT_LT(Deadline(clock, {end.tv_sec - 1, 0}), kNever);
  }
}

TEST(DeadlineOf, RefusesOtherClocksAndNanosecondsOutOfRange) {
  EXPECT_EQ(Error(CLOCK_BOOTTIME, {1, 0}), EINVAL);
  EXPECT_EQ(Error(CLOCK_PROCESS_CPUTIME_ID, {1, 0}), EINVAL);
  EXPECT_EQ(Error(1234, {1, 0}), EINVAL);
  EXPECT_EQ(Error(CLOCK_MONOTONIC, {1, -1}), EINVAL);
  EXPECT_EQ(Error(CLOCK_REALTIME, {1, 1'000'000'000}), EINVAL);
}

}  // namespace
}  // namespace weir::sim
