// What tests/cli/gtest_test.cc runs: one of each kind of test that GoogleTest has.
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "sim/explore.h"
#include "sim/weir.h"

namespace {

int g_kept = 0;

// Two deposits, of which one may get lost.
int BalanceOfTwo() {
  std::atomic<int> balance{0};
  const auto deposit = [&balance] { balance.store(balance.load() + 1); };
  std::thread other(deposit);
  deposit();
  other.join();
  return balance.load();
}

TEST(Account, KeepsBoth) { EXPECT_EQ(BalanceOfTwo(), 2) << "one is lost"; }

TEST(Account, FailsTwice) {
  EXPECT_TRUE(false) << "the first";
  EXPECT_TRUE(false) << "the second";
}

// As a mock does that was called when nobody expected it.
TEST(Account, FailsNowhere) { ADD_FAILURE_AT(nullptr, -1) << "anywhere"; }

TEST(Account, Throws) { throw std::runtime_error("thrown on purpose"); }
TEST(Account, DISABLED_Fails) { FAIL(); }
TEST(DISABLED_Account, Fails) { FAIL(); }

TEST(Account, SkipsItself) {
  GTEST_SKIP() << "not here";
  FAIL();
}

// Neither the program's state nor GoogleTest's outlives an execution.
TEST(Fresh, EachTime) {
  EXPECT_EQ(++g_kept, 1);
  EXPECT_EQ(testing::UnitTest::GetInstance()->test_to_run_count(), 1);
  std::thread([] {}).join();
}

class Number : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Small, Number, testing::Values(1, 2));
TEST_P(Number, IsSmall) { EXPECT_LT(GetParam(), 3); }

template <typename T>
class Typed : public testing::Test {};
using Types = testing::Types<char, int>;
TYPED_TEST_SUITE(Typed, Types);
TYPED_TEST(Typed, IsZero) { EXPECT_EQ(TypeParam(), 0); }

TEST(Explored, AsOftenAsItSays) {
  weir::Explore([] { std::thread([] {}).join(); }, {.executions = 17, .faults = "none"});
  // The first one counts.
  weir::Explore([] {}, {.executions = 18});
}

TEST(Explored, WithItsSeed) {
  weir::Explore([] { EXPECT_EQ(BalanceOfTwo(), 2); }, {.faults = "none", .seed = 4});
}

TEST(Explored, WithAStrategyThatThereIsNot) {
  weir::Explore([] {}, {.strategy = "pcd"});
}

// One thread, but a value is drawn.
TEST(Chosen, OneThreadMayDraw) { EXPECT_LT(weir::Choose(3), 3u); }

TEST(Chosen, ExploreFindsNothingToChoose) {
  weir::Explore([] { EXPECT_EQ(1 + 1, 2); }, {.executions = 50});
}

}  // namespace
