#include "fence/thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace fence {
namespace {

TEST(Thread, IsWokenUntilItSeesThatItIsToEnd) {
  std::atomic<int> wakes = 0;
  Thread thread;
  ASSERT_TRUE(thread
                  .Start("sleeper",
                         [&] {
                           while (wakes < 2)
                             std::this_thread::sleep_for(std::chrono::milliseconds(1));
                         })
                  .ok());
  thread.Join([&] { ++wakes; });
  EXPECT_EQ(wakes, 2);
}

TEST(Thread, ThatEndsByItselfIsNotWoken) {
  int wakes = 0;
  Thread thread;
  ASSERT_TRUE(thread.Start("short", [] {}).ok());
  const std::thread::id id = thread.id();
  thread.Join([&] { ++wakes; });
  EXPECT_EQ(wakes, 0);
  EXPECT_EQ(thread.id(), id);
  EXPECT_FALSE(thread.joinable());
  thread.Join([&] { ++wakes; });  // nothing is left to wait for
  EXPECT_EQ(wakes, 0);
}

}  // namespace
}  // namespace fence
