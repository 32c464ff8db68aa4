#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "sim/verdict/report.h"

namespace weir::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Verdict Of(VerdictKind kind, const char* message = "") {
  Verdict verdict;
  verdict.kind = kind;
  std::strncpy(verdict.message, message, sizeof(verdict.message) - 1);
  return verdict;
}

TEST(Headline, AnOraclesMessageIsTheUsersOwnAndStandsAsItIs) {
  EXPECT_EQ(Headline(Of(VerdictKind::kAssertion, "worker-1 missed marker 2 of iteration 3"), "main",
                     "a.cc:1", {}),
            "worker-1 missed marker 2 of iteration 3");
}

TEST(Headline, OtherVerdictsSayWhoWhereAndWhat) {
  EXPECT_EQ(Headline(Of(VerdictKind::kCrash, "SIGSEGV at 0x0"), "worker-0/main", "a.cc:7", {}),
            "crash in worker-0/main (a.cc:7): SIGSEGV at 0x0");
  EXPECT_EQ(Headline(Of(VerdictKind::kMutexMisuse), "main", "", {}), "mutex misuse in main");
}

TEST(Headline, ADeadlockNamesItsCycle) {
  Waiter a;
  a.name = "a";
  a.waits_for = {1};
  Waiter b;
  b.name = "b";
  b.waits_for = {0};
  EXPECT_EQ(Headline(Of(VerdictKind::kDeadlock), "", "", {a, b}),
            "deadlock: a waits for b, b waits for a");
}

TEST(Headline, ADeadlockWithoutACycleNamesWhoWaitsForEver) {
  Waiter a;
  a.name = "a";
  a.op = Op::kCondWait;
  a.place = "a.cc:3";
  EXPECT_EQ(Headline(Of(VerdictKind::kDeadlock), "", "", {a}),
            "deadlock: a waits in cond_wait for ever (a.cc:3)");
}

TEST(Headline, NoProgressNamesWhoWaitsAndThatNobodyIsLeftToWakeIt) {
  Waiter heartbeat;
  heartbeat.name = "heartbeat";
  heartbeat.op = Op::kFutexWait;
  heartbeat.deadline_ns = 5;
  Waiter a;
  a.name = "a";
  a.op = Op::kCondWait;
  a.place = "a.cc:3";
  Verdict verdict = Of(VerdictKind::kNoProgress, "not done in 5 ms");
  EXPECT_EQ(
      Headline(verdict, "", "", {heartbeat, a, a}),
      "no progress: not done in 5 ms; a waits in cond_wait (a.cc:3) and nobody is left to wake "
      "it, as 1 other");
}

TEST(Headline, IsOneLine) {
  EXPECT_THAT(Headline(Of(VerdictKind::kAssertion, "first\nsecond\n"), "", "", {}),
              Not(HasSubstr("\n")));
  for (int kind = 0; kind < kVerdictKinds; ++kind) {
    EXPECT_FALSE(Headline(Of(static_cast<VerdictKind>(kind)), "", "", {}).empty());
  }
}

TEST(StacksText, TellsEqualStacksOnceWithAllTheirNames) {
  Frame frame;
  frame.function = "Loop()";
  frame.file = "src/a.cc";
  frame.line = 3;
  const std::string text = StacksText({{"main", true, true, {frame}},
                                       {"w-0", false, false, {frame}},
                                       {"w-1", false, false, {frame}}});
  EXPECT_EQ(text,
            "main (failed):\n  #0  Loop  src/a.cc:3\n"
            "w-0, w-1:\n  #0  Loop  src/a.cc:3\n");
}

}  // namespace
}  // namespace weir::sim
