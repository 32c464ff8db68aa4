#include "token_bucket.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "sim/explore.h"

namespace {

TEST(TokenBucket, HandsOutWhatItHas) {
  TokenBucket bucket(2);
  EXPECT_TRUE(bucket.TryTake());
  EXPECT_TRUE(bucket.TryTake());
  EXPECT_FALSE(bucket.TryTake());
}

TEST(TokenBucket, HandsOutWhatWasPutBack) {
  TokenBucket bucket(1);
  ASSERT_TRUE(bucket.TryTake());
  bucket.PutBack();
  EXPECT_TRUE(bucket.TryTake());
}

class Threads : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Some, Threads, testing::Values(1, 2, 4));

// Enough for all: nobody is refused, and in the end all are back.
TEST_P(Threads, ReturnWhatTheyTook) {
  TokenBucket bucket(GetParam());
  std::vector<std::thread> threads;
  for (int i = 0; i < GetParam(); ++i) {
    threads.emplace_back([&bucket] {
      EXPECT_TRUE(bucket.TryTake());
      bucket.PutBack();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(bucket.left(), GetParam());
}

TEST(TokenBucket, NeverHandsOutMoreThanItHas) {
  const auto body = [] {
    constexpr int kTokens = 2, kThreads = 3;
    TokenBucket bucket(kTokens);
    std::atomic<int> taken{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] { taken += bucket.TryTake() ? 1 : 0; });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_LE(taken.load(), kTokens);
  };
  weir::Explore(body, {.executions = 2000, .faults = "none", .native_repeats = 1000});
}

}  // namespace
