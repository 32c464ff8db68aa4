// What makes two failures one, and what keeps two apart.
#include "sim/verdict/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <string>
#include <vector>

namespace weir::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::MatchesRegex;
using Code = std::vector<CodePlace>;

Verdict Of(VerdictKind kind, const char* oracle = "", const char* message = "") {
  Verdict verdict;
  verdict.kind = kind;
  std::strncpy(verdict.oracle, oracle, sizeof(verdict.oracle) - 1);
  std::strncpy(verdict.message, message, sizeof(verdict.message) - 1);
  return verdict;
}

CodePlace At(const std::string& function, int line) { return {function, function, line}; }

Stance Failed(Code code) { return {.failed = true, .code = std::move(code)}; }

Stance Waits(Op op, Code code, std::vector<size_t> waits_for = {}) {
  return {.op = op, .waits_for = std::move(waits_for), .code = std::move(code)};
}

const Stance kOther = Waits(Op::kMutexLock, {At("Other", 3), At("main", 9)});

TEST(Identity, OfALimitIsWhichLimit) {
  const Verdict limit = Of(VerdictKind::kLimit, "step_cap", "weir's limit: still running");
  EXPECT_THAT(IdentityParts(limit, {Failed({At("Step", 2), At("main", 9)})}),
              ElementsAre("step_cap"));
  EXPECT_THAT(Signature(limit, {}), MatchesRegex("limit-step_cap-[0-9a-f]+"));
}

TEST(Identity, OfACrashIsWhereItHappenedAndWhoCalled) {
  const Verdict crash = Of(VerdictKind::kCrash, "SIGSEGV");
  const Stance failed = Failed({At("Parse", 2), At("Read", 5), At("main", 9)});
  const std::string one = Signature(crash, {failed, kOther});
  EXPECT_EQ(one, Signature(crash, {kOther, failed}));
  EXPECT_NE(one, Signature(crash, {Failed({At("Print", 2), At("Read", 5), At("main", 9)})}));
  EXPECT_NE(one, Signature(crash, {Failed({At("Parse", 4), At("Read", 5), At("main", 9)})}));
  EXPECT_NE(one, Signature(crash, {Failed({At("Parse", 2), At("Read", 7), At("main", 9)})}));
  EXPECT_NE(one, Signature(Of(VerdictKind::kCrash, "SIGFPE"), {failed}));
  EXPECT_THAT(one, MatchesRegex("crash-Parse-[0-9a-f]{12}"));
}

TEST(Identity, IsNotSplitByWhatLiesFarUpTheStack) {
  const Verdict crash = Of(VerdictKind::kCrash, "SIGSEGV");
  EXPECT_EQ(Signature(crash, {Failed({At("A", 1), At("B", 1), At("C", 1), At("main", 1)})}),
            Signature(crash, {Failed({At("A", 1), At("B", 1), At("C", 1), At("Thread", 7)})}));
}

TEST(Identity, OfAnExceptionHasItsType) {
  const Stance failed = Failed({At("Throw", 1)});
  const auto of = [&](const char* message) {
    return Signature(Of(VerdictKind::kUncaughtException, "uncaught_exception", message), {failed});
  };
  const std::string first = of("terminate called after throwing an instance of 'int' in main/main");
  EXPECT_EQ(first, of("terminate called after throwing an instance of 'int' in main/main.2"));
  EXPECT_NE(first, of("terminate called after throwing an instance of 'A':  what():  'int'"));
}

TEST(Identity, OfAnAssertionForgetsTheLineInTheFile) {
  const Stance failed = Failed({At("Check", 1)});
  EXPECT_EQ(Signature(Of(VerdictKind::kAssertion, "assert:a.cc:17"), {failed}),
            Signature(Of(VerdictKind::kAssertion, "assert:a.cc:99"), {failed}));
}

TEST(Identity, OfAUsersOracleIsTheOracleTheFunctionAndItsCaller) {
  const Verdict missed = Of(VerdictKind::kAssertion, "missed_marker");
  const std::string one = Signature(missed, {Failed({At("Expect", 2), At("Run", 5)})});
  EXPECT_EQ(one, Signature(missed, {Failed({At("Expect", 4), At("Run", 7), At("main", 1)})}));
  EXPECT_NE(one, Signature(missed, {Failed({At("Expect", 2), At("Stop", 5)})}));
  EXPECT_NE(one, Signature(Of(VerdictKind::kAssertion, "late"), {Failed({At("Expect", 2)})}));
  EXPECT_TRUE(HasOracle(one, "assertion", "missed_marker"));
  EXPECT_TRUE(HasOracle("assertion-missed_marker", "assertion", "missed_marker"));
  EXPECT_FALSE(HasOracle(one, "assertion", "missed"));
}

TEST(Identity, OfAStackOverflowIsWhatRecursAndNotWhereItEnded) {
  const Verdict overflow = Of(VerdictKind::kStackOverflow);
  const Code rest = {At("Odd", 1), At("Even", 1), At("Odd", 1), At("Even", 1), At("main", 3)};
  Code deeper = rest;
  deeper.insert(deeper.begin(), At("Leaf", 4));
  EXPECT_EQ(Signature(overflow, {Failed(rest)}), Signature(overflow, {Failed(deeper)}));
  EXPECT_NE(Signature(overflow, {Failed(rest)}),
            Signature(overflow, {Failed({At("F", 1), At("F", 1)})}));
}

TEST(Identity, OfARaceIsItsTwoPlacesInAnyOrder) {
  const Verdict race = Of(VerdictKind::kDataRace);
  const Stance read = {.code = {At("Get", 16)}};
  const Stance write = {.code = {At("Get", 18)}};
  EXPECT_EQ(Signature(race, {read, write}), Signature(race, {write, read}));
  EXPECT_NE(Signature(race, {read, write}), Signature(race, {write, write}));
}

// Three lock a, b, c each before the next; the fourth and main only look on.
std::vector<Stance> Ring() {
  return {Waits(Op::kMutexLock, {At("A", 2)}, {1}), Waits(Op::kMutexLock, {At("B", 2)}, {2}),
          Waits(Op::kMutexLock, {At("C", 2)}, {0}), Waits(Op::kMutexLock, {At("D", 2)}, {1}),
          Waits(Op::kThreadJoin, {At("main", 9)}, {0})};
}

TEST(Identity, OfACycleIsTheSameFromWhicheverThreadItIsRead) {
  const Verdict deadlock = Of(VerdictKind::kDeadlock);
  const std::string one = Signature(deadlock, Ring());
  EXPECT_THAT(IdentityParts(deadlock, Ring()),
              ElementsAre("mutex_lock@A+2 in A", "mutex_lock@B+2 in B", "mutex_lock@C+2 in C"));
  std::vector<Stance> turned = {Ring()[1], Ring()[2], Ring()[0]};
  turned[0].waits_for = {1};
  turned[1].waits_for = {2};
  turned[2].waits_for = {0};
  EXPECT_EQ(one, Signature(deadlock, turned));
  // The other way round is another cycle.
  turned[0].waits_for = {2};
  turned[1].waits_for = {0};
  turned[2].waits_for = {1};
  EXPECT_NE(one, Signature(deadlock, turned));
}

TEST(Identity, OfACycleDoesNotCountThoseWhoAreAlike) {
  const auto philosophers = [](size_t count) {
    std::vector<Stance> all;
    for (size_t i = 0; i < count; ++i) {
      all.push_back(Waits(Op::kMutexLock, {At("Dine", 4)}, {(i + 1) % count}));
    }
    return Signature(Of(VerdictKind::kDeadlock), all);
  };
  EXPECT_EQ(philosophers(3), philosophers(5));
}

TEST(Identity, OfAHangIsWhoWaitsForWhatHasHappened) {
  const Verdict deadlock = Of(VerdictKind::kDeadlock);
  const Stance main = Waits(Op::kThreadJoin, {At("main", 9)}, {1});
  const Stance idle = Waits(Op::kFutexWait, {At("Idle", 2)});
  Stance lost = Waits(Op::kFutexWait, {At("Pop", 3)});
  const std::string merely = Signature(deadlock, {main, lost, idle});
  lost.happened = true;
  EXPECT_NE(Signature(deadlock, {main, lost, idle}), merely);
  EXPECT_EQ(Signature(deadlock, {main, lost, idle}), Signature(deadlock, {main, lost}));
}

TEST(Identity, OfAHangIsNotThatOfThoseWhoOnlyLookOn) {
  const Verdict deadlock = Of(VerdictKind::kDeadlock);
  Stance joins = Waits(Op::kThreadJoin, {At("main", 9)}, {1});
  const Stance stuck = Waits(Op::kCondWait, {At("Pop", 3)});
  const Stance locks = Waits(Op::kMutexLock, {At("Push", 3)}, {1});
  const std::string one = Signature(deadlock, {joins, stuck});
  EXPECT_EQ(one, Signature(deadlock, {joins, stuck, stuck, locks}));
  joins.code[0].line = 12;
  EXPECT_EQ(one, Signature(deadlock, {joins, stuck}));
  EXPECT_NE(one, Signature(deadlock, {joins, Waits(Op::kCondWait, {At("Pop", 5)})}));
  EXPECT_THAT(one, MatchesRegex("deadlock-Pop-[0-9a-f]{12}"));
}

TEST(Identity, OfNoProgressIsOfThoseWhoseWaitDoesNotEnd) {
  const Verdict verdict = Of(VerdictKind::kNoProgress);
  const Stance stuck = Waits(Op::kCondWait, {At("F", 1)});
  Stance heartbeat = Waits(Op::kFutexWait, {At("G", 1)});
  heartbeat.timed = true;
  EXPECT_EQ(Signature(verdict, {stuck, heartbeat}), Signature(verdict, {stuck}));
  EXPECT_NE(Signature(verdict, {heartbeat}), Signature(verdict, {stuck}));
}

TEST(Identity, OfALivelockIsTheLoopsWhoeverWaitsBeside) {
  const Verdict livelock = Of(VerdictKind::kLivelock);
  const Stance main = Waits(Op::kThreadJoin, {At("main", 9)});
  Stance spins = {.runnable = true, .op = Op::kAtomicLoad, .code = {At("Spin", 2)}};
  const std::string one = Signature(livelock, {main, spins});
  spins.code[0].line = 3;
  EXPECT_EQ(one, Signature(livelock, {main, spins, spins}));
  spins.code[0] = At("OtherSpin", 2);
  EXPECT_NE(one, Signature(livelock, {main, spins}));
}

TEST(Identity, NamesADirectoryWhateverTheOracleIsCalled) {
  const std::string signature = Signature(Of(VerdictKind::kAssertion, "../a b/ü"), {});
  EXPECT_TRUE(std::all_of(signature.begin(), signature.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '_' || c == '.';
  })) << signature;
  EXPECT_LE(
      Signature(Of(VerdictKind::kUncaughtException, "x"), {Failed({At(std::string(90, 'y'), 1)})})
          .size(),
      80u);
  EXPECT_EQ(Signature(Of(VerdictKind::kPass), {}), "pass");
}

}  // namespace
}  // namespace weir::sim
