#include "sim/verdict/signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace weir::sim {
namespace {

using ::testing::ElementsAre;

Verdict Of(VerdictKind kind, const char* oracle = "") {
  Verdict verdict;
  verdict.kind = kind;
  std::strncpy(verdict.oracle, oracle, sizeof(verdict.oracle) - 1);
  return verdict;
}

Standing In(Op op, const char* function, const char* place) {
  return {.runnable = false,
          .failed = false,
          .timed = false,
          .op = op,
          .function = function,
          .callers = "",
          .place = place};
}

TEST(Signature, NoProgressIsToldByThoseWhoWaitWithoutADeadline) {
  const Verdict verdict = Of(VerdictKind::kNoProgress, "no_progress");
  const Standing stuck = In(Op::kCondWait, "F", "f.cc:1");
  Standing heartbeat = In(Op::kFutexWait, "G", "g.cc:1");
  heartbeat.timed = true;
  EXPECT_EQ(Signature(verdict, {stuck, heartbeat}), Signature(verdict, {stuck}));
  EXPECT_NE(Signature(verdict, {heartbeat}), Signature(verdict, {stuck}));
}

TEST(Signature, AnOracleNamesItsFailureWhateverTheThreads) {
  const Verdict verdict = Of(VerdictKind::kAssertion, "missed_marker");
  EXPECT_EQ(Signature(verdict, {}), "assertion-missed_marker");
  EXPECT_EQ(Signature(verdict, {In(Op::kMutexLock, "F", "f.cc:1")}), "assertion-missed_marker");
}

TEST(Signature, ADeadlockIsNamedByThePlacesAndNotByTheNumberOfWorkers) {
  const Verdict verdict = Of(VerdictKind::kDeadlock);
  const Standing worker = In(Op::kFutexWait, "Ring::Wait", "ring.cc:7");
  const Standing main = In(Op::kThreadJoin, "main", "main.cc:3");
  const std::string two = Signature(verdict, {main, worker, worker});
  EXPECT_EQ(two, Signature(verdict, {worker, worker, worker, worker, main}));
  EXPECT_NE(two, Signature(verdict, {main}));
  EXPECT_THAT(SignatureParts(verdict, {main, worker, worker}),
              ElementsAre("futex_wait@Ring::Wait ring.cc:7", "thread_join@main main.cc:3"));
}

TEST(Signature, ARaceIsNamedByItsTwoPlacesInAnyOrder) {
  const Verdict verdict = Of(VerdictKind::kDataRace);
  const Standing read = In(Op::kNone, "Get", "table.cc:16");
  const Standing write = In(Op::kNone, "Get", "table.cc:18");
  EXPECT_EQ(Signature(verdict, {read, write}), Signature(verdict, {write, read}));
  EXPECT_NE(Signature(verdict, {read, write}), Signature(verdict, {write, write}));
  EXPECT_THAT(SignatureParts(verdict, {write, read}),
              ElementsAre("Get table.cc:16", "Get table.cc:18"));
}

TEST(Signature, ADeadlocksOracleDoesNotHideItsPlaces) {
  const Verdict verdict = Of(VerdictKind::kDeadlock, "all_blocked");
  EXPECT_NE(Signature(verdict, {In(Op::kMutexLock, "A", "")}),
            Signature(verdict, {In(Op::kMutexLock, "B", "")}));
}

TEST(Signature, ALivelockWithBlockedThreadsIgnoresWhereTheSpinnerWasCaught) {
  const Verdict verdict = Of(VerdictKind::kLivelock);
  const Standing blocked = In(Op::kMutexLock, "F", "f.cc:1");
  Standing spinning = In(Op::kAtomicLoad, "G", "g.cc:1");
  spinning.runnable = true;
  Standing elsewhere = spinning;
  elsewhere.place = "g.cc:2";
  EXPECT_EQ(Signature(verdict, {blocked, spinning}), Signature(verdict, {blocked, elsewhere}));
  EXPECT_EQ(Signature(verdict, {spinning}), Signature(verdict, {elsewhere}));
}

TEST(Signature, ACrashIsNamedByTheFunctionThatFailed) {
  Standing failed = In(Op::kNone, "Parse", "p.cc:9");
  failed.failed = true;
  const Standing other = In(Op::kMutexLock, "Other", "");
  const std::string signature = Signature(Of(VerdictKind::kCrash), {failed, other});
  EXPECT_EQ(signature, Signature(Of(VerdictKind::kCrash), {failed}));
  failed.function = "Print";
  EXPECT_NE(signature, Signature(Of(VerdictKind::kCrash), {failed}));
}

TEST(Signature, IsAFileNameWhateverTheOracleIsCalled) {
  const std::string signature = Signature(Of(VerdictKind::kAssertion, "../a b/ü"), {});
  EXPECT_EQ(signature.find('/'), std::string::npos);
  EXPECT_TRUE(std::all_of(signature.begin(), signature.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '_' || c == '.';
  })) << signature;
  EXPECT_LE(Signature(Of(VerdictKind::kAssertion, std::string(60, 'x').c_str()), {}).size(), 64u);
}

TEST(Signature, OfAPassIsPass) { EXPECT_EQ(Signature(Of(VerdictKind::kPass), {}), "pass"); }

}  // namespace
}  // namespace weir::sim
