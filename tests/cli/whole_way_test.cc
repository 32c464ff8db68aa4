// The whole way on the built binary: fuzz finds, replay repeats, show tells, minimise shrinks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/cli/weir_process.h"

namespace weir::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class WholeWay : public ::testing::Test {
 protected:
  WholeWay() : folder_(ScratchFolder("whole_way")) {}
  ~WholeWay() override { fs::remove_all(folder_); }

  WeirEnd Run(const std::string& arguments) { return Weir(arguments, folder_); }

  // Fuzzes a program until it fails; the failure's event.
  nlohmann::json Find(const std::string& program, const std::string& campaign = "c",
                      const std::string& more = "") {
    const WeirEnd end = Run("fuzz --json --seed 1 --runs 20000 --campaign " + campaign +
                            " --target " + Program(program) + " " + more);
    const nlohmann::json failure = end.Event("failure");
    EXPECT_EQ(end.status, 1) << end.out << end.error;
    EXPECT_TRUE(failure.is_object()) << end.out << end.error;
    return failure;
  }

  const fs::path folder_;
};

TEST_F(WholeWay, FindsRepeatsTellsAndShrinksALockOrderDeadlock) {
  const nlohmann::json failure = Find("deadlock/lock_order");
  EXPECT_EQ(failure.value("verdict", ""), "deadlock");
  const std::string file = failure.value("file", "");
  ASSERT_TRUE(fs::exists(folder_ / file)) << file;
  const std::string target = " --target " + Program("deadlock/lock_order");

  const WeirEnd replay = Run("replay " + file + " --times 1000 --json" + target);
  EXPECT_EQ(replay.status, 1) << replay.out << replay.error;
  EXPECT_THAT(replay.out, HasSubstr("\"same\":true"));

  // `true` is gone when weir prints its first line.
  Run("replay " + file + target + " 2> closed.txt | true");
  EXPECT_EQ(ReadAll(folder_ / "closed.txt"), "");

  const WeirEnd show = Run("show " + file + " --width 100" + target);
  EXPECT_EQ(show.status, 0) << show.out << show.error;
  EXPECT_THAT(show.out, AllOf(HasSubstr("deadlock:"), HasSubstr("waits for"), HasSubstr("cycle:"),
                              HasSubstr("lock_order.cc:"), HasSubstr("mutex_lock")));

  const WeirEnd minimize = Run("minimize " + file + " --time 20s --json" + target);
  EXPECT_EQ(minimize.status, 0) << minimize.out << minimize.error;
  const nlohmann::json end = minimize.Event("end");
  ASSERT_TRUE(end.is_object()) << minimize.out;
  EXPECT_LE(end["after"].value("edits", 99), 2) << minimize.out;

  const WeirEnd again = Run("replay " + end.value("file", "") + target);
  EXPECT_EQ(again.status, 1) << again.out << again.error;
  EXPECT_THAT(again.out, AllOf(HasSubstr("reproduced"), HasSubstr("deadlock")));
}

TEST_F(WholeWay, TheSuggestedReplayCommandWorksFromAnotherDirectory) {
  const nlohmann::json failure = Find("assertion/lost_update", (folder_ / "abs").string());
  const fs::path elsewhere = ScratchFolder("elsewhere");
  const std::string replay = failure.value("replay", "");
  const size_t at = replay.find("replay ");
  ASSERT_NE(at, std::string::npos) << replay;
  // The folder of the failure is below the one in which weir ran, so its path is relative to that.
  const WeirEnd end = Weir(replay.substr(at), folder_);
  EXPECT_EQ(end.status, 1) << replay << end.out << end.error;
  const WeirEnd absolute = Weir("replay " + (folder_ / failure.value("file", "")).string() +
                                    " --target " + Program("assertion/lost_update"),
                                elsewhere);
  EXPECT_EQ(absolute.status, 1) << absolute.out << absolute.error;
  fs::remove_all(elsewhere);
}

TEST_F(WholeWay, ALimitedCampaignFindsTheSameWhateverTheJobs) {
  std::string found;
  for (const std::string jobs : {"1", "2", "3"}) {
    const nlohmann::json failure = Find("deadlock/lock_order", "c", "--jobs " + jobs);
    const std::string what = failure.value("signature", "") + " " + failure["index"].dump();
    if (found.empty()) found = what;
    EXPECT_EQ(what, found) << "with --jobs " << jobs;
  }
}

TEST_F(WholeWay, AnExecutionOfACampaignIsRepeatedByItsSeedAlone) {
  const nlohmann::json failure = Find("deadlock/lock_order");
  const WeirEnd end = Run("replay main --seed 1 --json --campaign c --index " +
                          failure["index"].dump() + " --target " + Program("deadlock/lock_order"));
  EXPECT_EQ(end.status, 1) << end.out << end.error;
  EXPECT_THAT(end.out, HasSubstr(failure.value("signature", "?")));
}

TEST_F(WholeWay, NothingFoundIsExitZeroAndLeavesNoDirectory) {
  const WeirEnd end = Run("fuzz --runs 50 --target " + Program("pass/thread"));
  EXPECT_EQ(end.status, 0) << end.out << end.error;
  EXPECT_THAT(end.out, AllOf(HasSubstr("50 executions"), HasSubstr("no failure")));
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(WholeWay, KeepGoingCountsAFailureOncePerSignature) {
  const WeirEnd end = Run("fuzz --json --keep-going --seed 1 --runs 300 --campaign c --target " +
                          Program("deadlock/lock_order"));
  EXPECT_EQ(end.status, 1) << end.error;
  const nlohmann::json summary = end.Event("end");
  EXPECT_EQ(summary.value("executions", 0), 300);
  EXPECT_EQ(summary.value("signatures", 0), 1);
  EXPECT_GT(summary.value("failures", 0), 1);
}

TEST_F(WholeWay, ExpectTurnsTheExitStatusRound) {
  const std::string deadlock =
      " --runs 2000 --campaign c --target " + Program("deadlock/lock_order");
  EXPECT_EQ(Run("fuzz --expect deadlock" + deadlock).status, 0);
  EXPECT_EQ(Run("fuzz --expect pass" + deadlock).status, 1);
  const std::string pass = " --runs 50 --campaign c --target " + Program("pass/thread");
  EXPECT_EQ(Run("fuzz --expect pass" + pass).status, 0);
  const WeirEnd end = Run("fuzz --expect deadlock" + pass);
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.out, HasSubstr("NOT matched, found pass"));
}

TEST_F(WholeWay, AHangIsEndedAndTold) {
  const WeirEnd end =
      Run("fuzz --expect hang --runs 1 --campaign c --target " + Program("hang/infinite_loop"));
  EXPECT_EQ(end.status, 0) << end.out << end.error;
  EXPECT_THAT(end.out, HasSubstr("infinite_loop.cc"));
}

TEST_F(WholeWay, AScheduleThatDoesNotFitIsADivergence) {
  const nlohmann::json failure = Find("deadlock/lock_order");
  const std::string file = failure.value("file", "");
  const WeirEnd end = Run("replay " + file + " --target " + Program("deadlock/philosophers"));
  EXPECT_EQ(end.status, 4) << end.out << end.error;
  EXPECT_THAT(end.error, HasSubstr("diverged "));
}

TEST_F(WholeWay, ThePrintedLinesOfATargetBearTheThreadsName) {
  const WeirEnd end = Run("run main --seed 1 --target " + Program("pass/printing"));
  EXPECT_EQ(end.status, 0) << end.out << end.error;
  EXPECT_THAT(end.out, HasSubstr("main| "));
  const WeirEnd fuzz = Run("fuzz --runs 3 --target " + Program("pass/printing"));
  EXPECT_THAT(fuzz.out, ::testing::Not(HasSubstr("main| ")));
}

TEST_F(WholeWay, WarmAndColdProcessesAgree) {
  const WeirEnd end =
      Run("fuzz --verify --seed 3 --runs 300 --jobs 2 --target " + Program("pass/fresh_state"));
  EXPECT_EQ(end.status, 0) << end.out << end.error;
  EXPECT_THAT(end.out, HasSubstr("no fingerprint differs"));
}

// Two failed tries of one loop look alike; told apart they are replayed.
TEST_F(WholeWay, VerifyRepeatsWhatWasWrittenDown) {
  const WeirEnd end =
      Run("fuzz --verify --seed 3 --runs 1000 --jobs 2 --target " + Program("pass/weak_loops"));
  EXPECT_EQ(end.status, 0) << end.out << end.error;
  EXPECT_THAT(end.out, HasSubstr("no fingerprint differs"));
}

TEST_F(WholeWay, ListNamesWhatThereIs) {
  const WeirEnd end = Run("list");
  EXPECT_EQ(end.status, 0) << end.error;
  EXPECT_THAT(end.out, AllOf(HasSubstr("fence"), HasSubstr("marker_burst"),
                             HasSubstr("workers 1 … 8"), HasSubstr("pct"), HasSubstr("bugs")));
}

TEST_F(WholeWay, TheDoctorSaysWhetherAndWhyNot) {
  EXPECT_EQ(Run("doctor").status, 0);
  const WeirEnd end = Run("doctor --target /lib/x86_64-linux-gnu/libm.so.6");
  EXPECT_EQ(end.status, 2) << end.out;
  EXPECT_THAT(end.out, HasSubstr("NO"));
}

// What never ends leaves the default more often than is kept; what is written down begins like it.
TEST_F(WholeWay, AnExecutionWithTooManyEditsIsCutOff) {
  const nlohmann::json failure =
      Find("limit/never_ends", "c", "--strategy random --step-cap 3000000");
  EXPECT_EQ(failure.value("verdict", ""), "limit");
  EXPECT_LE(failure.value("edits", 99999), 256);
  const WeirEnd replay = Run("replay " + failure.value("file", "") + " --times 2 --json --target " +
                             Program("limit/never_ends"));
  EXPECT_EQ(replay.status, 1) << replay.out << replay.error;
  EXPECT_THAT(replay.out, AllOf(HasSubstr("\"same\":true"), HasSubstr("limit")));
}

TEST_F(WholeWay, WhatCannotBeCutOffIsRepeatedByItsSeed) {
  const std::string target = " --target " WEIR_BINARY_DIR "/targets/cli/targets/drawn_for_ever.so ";
  const WeirEnd found = Run("fuzz --strategy random --runs 1 --seed 1 --json" + target);
  const nlohmann::json failure = found.Event("failure");
  ASSERT_TRUE(failure.is_object()) << found.out << found.error;
  EXPECT_EQ(failure.value("verdict", ""), "limit");
  EXPECT_EQ(failure.value("edits", 99), 0);
  const std::string replay = failure.value("replay", "");
  ASSERT_THAT(replay, HasSubstr(" --seed 1 "));
  const WeirEnd again = Run(replay.substr(replay.find("replay ")));
  EXPECT_EQ(again.status, 1) << again.out << again.error;
  EXPECT_THAT(again.out, HasSubstr("limit"));
}

// One order in twelve of main's end and the visits of its three threads fails. While main's end was
// no yield, surw found none in 100,000 executions, and the other strategies one in 37 to 272.
TEST_F(WholeWay, EveryStrategyFindsWhatThreadsDoBeforeMainsEnd) {
  for (const char* const strategy : {"portfolio", "random", "pct", "pos", "surw", "conflict"}) {
    const WeirEnd end =
        Run(std::string("fuzz --runs 40 --seed 1 --no-faults --strategy ") + strategy +
            " --campaign " + strategy + " --target " + Program("assertion/main_returns"));
    EXPECT_EQ(end.status, 1) << strategy << "\n" << end.out << end.error;
  }
}

// The program is right but for the crash, which is no edit: it has a row, at an operation that is
// not told as done, and a line of what the failure hinges on.
TEST_F(WholeWay, ACrashStandsInTheStoryAndInWhatTheFailureHingesOn) {
  const std::string target = " --target " + Program("assertion/never_dies");
  const nlohmann::json failure = Find("assertion/never_dies", "c", "--faults crash");
  ASSERT_EQ(Run("minimize " + failure.value("file", "") + " -o m.weir.json" + target).status, 0);
  const WeirEnd show = Run("show m.weir.json --width 120" + target);
  EXPECT_EQ(show.status, 0) << show.error;
  EXPECT_THAT(show.out,
              AllOf(HasSubstr("0 edits and 1 fault to the default"), HasSubstr(" is killed here\n"),
                    HasSubstr("about to "), HasSubstr(": it is killed\n    without it: pass\n")));
}

TEST_F(WholeWay, OneEditIsNotEditsAndThePortfoliosMemberIsNamed) {
  const std::string target = " --target " + Program("assertion/lost_update");
  const nlohmann::json failure = Find("assertion/lost_update");
  ASSERT_EQ(Run("minimize " + failure.value("file", "") + " -o m.weir.json" + target).status, 0);
  const WeirEnd show = Run("show m.weir.json" + target);
  EXPECT_THAT(show.out, AllOf(HasSubstr("1 edit and 0 faults to the default"),
                              HasSubstr(", strategy portfolio ("), Not(HasSubstr("unknown code"))));
}

}  // namespace
}  // namespace weir::sim
