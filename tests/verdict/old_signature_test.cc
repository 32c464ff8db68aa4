#include "sim/verdict/old_signature.h"

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

TEST(OldSignature, NoProgressIsToldByThoseWhoWaitWithoutADeadline) {
  const Verdict verdict = Of(VerdictKind::kNoProgress, "no_progress");
  const Standing stuck = In(Op::kCondWait, "F", "f.cc:1");
  Standing heartbeat = In(Op::kFutexWait, "G", "g.cc:1");
  heartbeat.timed = true;
  EXPECT_EQ(OldSignature(verdict, {stuck, heartbeat}), OldSignature(verdict, {stuck}));
  EXPECT_NE(OldSignature(verdict, {heartbeat}), OldSignature(verdict, {stuck}));
}

TEST(OldSignature, AnOracleNamesItsFailureWhateverTheThreads) {
  const Verdict verdict = Of(VerdictKind::kAssertion, "missed_marker");
  EXPECT_EQ(OldSignature(verdict, {}), "assertion-missed_marker");
  EXPECT_EQ(OldSignature(verdict, {In(Op::kMutexLock, "F", "f.cc:1")}), "assertion-missed_marker");
}

TEST(OldSignature, ADeadlockIsNamedByThePlacesAndNotByTheNumberOfWorkers) {
  const Verdict verdict = Of(VerdictKind::kDeadlock);
  const Standing worker = In(Op::kFutexWait, "Ring::Wait", "ring.cc:7");
  const Standing main = In(Op::kThreadJoin, "main", "main.cc:3");
  const std::string two = OldSignature(verdict, {main, worker, worker});
  EXPECT_EQ(two, OldSignature(verdict, {worker, worker, worker, worker, main}));
  EXPECT_NE(two, OldSignature(verdict, {main}));
  EXPECT_THAT(OldSignatureParts(verdict, {main, worker, worker}),
              ElementsAre("futex_wait@Ring::Wait ring.cc:7", "thread_join@main main.cc:3"));
}

TEST(OldSignature, ARaceIsNamedByItsTwoPlacesInAnyOrder) {
  const Verdict verdict = Of(VerdictKind::kDataRace);
  const Standing read = In(Op::kNone, "Get", "table.cc:16");
  const Standing write = In(Op::kNone, "Get", "table.cc:18");
  EXPECT_EQ(OldSignature(verdict, {read, write}), OldSignature(verdict, {write, read}));
  EXPECT_NE(OldSignature(verdict, {read, write}), OldSignature(verdict, {write, write}));
  EXPECT_THAT(OldSignatureParts(verdict, {write, read}),
              ElementsAre("Get table.cc:16", "Get table.cc:18"));
}

TEST(OldSignature, ADeadlocksOracleDoesNotHideItsPlaces) {
  const Verdict verdict = Of(VerdictKind::kDeadlock, "all_blocked");
  EXPECT_NE(OldSignature(verdict, {In(Op::kMutexLock, "A", "")}),
            OldSignature(verdict, {In(Op::kMutexLock, "B", "")}));
}

TEST(OldSignature, ALivelockWithBlockedThreadsIgnoresWhereTheSpinnerWasCaught) {
  const Verdict verdict = Of(VerdictKind::kLivelock);
  const Standing blocked = In(Op::kMutexLock, "F", "f.cc:1");
  Standing spinning = In(Op::kAtomicLoad, "G", "g.cc:1");
  spinning.runnable = true;
  Standing elsewhere = spinning;
  elsewhere.place = "g.cc:2";
  EXPECT_EQ(OldSignature(verdict, {blocked, spinning}),
            OldSignature(verdict, {blocked, elsewhere}));
  EXPECT_EQ(OldSignature(verdict, {spinning}), OldSignature(verdict, {elsewhere}));
}

TEST(OldSignature, ACrashIsNamedByTheFunctionThatFailed) {
  Standing failed = In(Op::kNone, "Parse", "p.cc:9");
  failed.failed = true;
  const Standing other = In(Op::kMutexLock, "Other", "");
  const std::string signature = OldSignature(Of(VerdictKind::kCrash), {failed, other});
  EXPECT_EQ(signature, OldSignature(Of(VerdictKind::kCrash), {failed}));
  failed.function = "Print";
  EXPECT_NE(signature, OldSignature(Of(VerdictKind::kCrash), {failed}));
}

TEST(OldSignature, IsAFileNameWhateverTheOracleIsCalled) {
  const std::string signature = OldSignature(Of(VerdictKind::kAssertion, "../a b/ü"), {});
  EXPECT_EQ(signature.find('/'), std::string::npos);
  EXPECT_TRUE(std::all_of(signature.begin(), signature.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '_' || c == '.';
  })) << signature;
  EXPECT_LE(OldSignature(Of(VerdictKind::kAssertion, std::string(60, 'x').c_str()), {}).size(),
            64u);
}

TEST(OldSignature, OfAPassIsPass) { EXPECT_EQ(OldSignature(Of(VerdictKind::kPass), {}), "pass"); }

}  // namespace
}  // namespace weir::sim
