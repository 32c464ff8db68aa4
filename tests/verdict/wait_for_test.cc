#include "sim/verdict/wait_for.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Waiter Blocked(const char* name, std::vector<size_t> waits_for) {
  Waiter waiter;
  waiter.name = name;
  waiter.op = Op::kMutexLock;
  waiter.waits_for = std::move(waits_for);
  return waiter;
}

Waiter Runnable(const char* name) {
  Waiter waiter;
  waiter.name = name;
  waiter.runnable = true;
  return waiter;
}

TEST(WaitFor, WhoFailedStandsAtThePlaceAndInNoOperation) {
  Waiter waiter = Runnable("a");
  waiter.failed = true;
  waiter.op = Op::kMutexUnlock;
  waiter.place = "place.cc:14";
  EXPECT_EQ(WaitForText({waiter}), "a failed, at place.cc:14\n");
}

TEST(WaitFor, FindsTheCycleBehindAThreadThatOnlyLeadsToIt) {
  const std::vector<Waiter> waiters = {Blocked("main", {1}), Blocked("a", {2}), Blocked("b", {1})};
  EXPECT_THAT(FindCycle(waiters), ElementsAre(1, 2));
}

TEST(WaitFor, AThreadThatWaitsForItselfIsACycle) {
  EXPECT_THAT(FindCycle({Blocked("a", {0})}), ElementsAre(0));
}

TEST(WaitFor, AChainWithoutACycleHasNone) {
  EXPECT_THAT(FindCycle({Blocked("a", {1}), Blocked("b", {2}), Blocked("c", {})}), IsEmpty());
}

TEST(WaitFor, AThreadThatCanRunOrWakesByItselfIsInNoCycle) {
  std::vector<Waiter> waiters = {Blocked("a", {1}), Blocked("b", {0})};
  waiters[1].deadline_ns = 5;
  EXPECT_THAT(FindCycle(waiters), IsEmpty());
  waiters[1].deadline_ns.reset();
  waiters[1].runnable = true;
  EXPECT_THAT(FindCycle(waiters), IsEmpty());
}

TEST(WaitFor, TwoPathsToOneThreadAreNoCycle) {
  EXPECT_THAT(
      FindCycle({Blocked("a", {1, 2}), Blocked("b", {3}), Blocked("c", {3}), Blocked("d", {})}),
      IsEmpty());
}

TEST(WaitFor, TheTextNamesPlaceObjectAndHolderAndEndsWithTheCycle) {
  std::vector<Waiter> waiters = {Runnable("idle"), Blocked("a", {2}), Blocked("b", {1})};
  waiters[1].object = "first";
  waiters[1].place = "transfer.cc:12";
  EXPECT_EQ(WaitForText(waiters),
            "a waits in mutex_lock on first (transfer.cc:12) for b\n"
            "b waits in mutex_lock for a\n"
            "idle can run\n"
            "cycle: a → b → a\n");
}

TEST(WaitFor, ALongListIsCutButNotInTheCycle) {
  std::vector<Waiter> waiters(5);
  for (size_t i = 0; i < 5; ++i) waiters[i].name = "t" + std::to_string(i);
  waiters[3].waits_for = {4};
  waiters[4].waits_for = {3};
  const std::string text = WaitForText(waiters, false, 1);
  EXPECT_THAT(text, HasSubstr("t3 waits in"));
  EXPECT_THAT(text, HasSubstr("t4 waits in"));
  EXPECT_THAT(text, HasSubstr("… 3 more\n"));
  EXPECT_THAT(text, Not(HasSubstr("t0")));
  EXPECT_THAT(WaitForText(waiters), HasSubstr("t0"));
}

TEST(WaitFor, ADeadlineIsToldInVirtualTime) {
  std::vector<Waiter> waiters = {Blocked("a", {})};
  waiters[0].deadline_ns = 12'000'000;
  EXPECT_THAT(WaitForText(waiters), HasSubstr("until 12000 µs of virtual time"));
}

}  // namespace
}  // namespace weir::sim
