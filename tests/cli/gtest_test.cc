// `weir gtest`: a target with GoogleTest behaves as a test binary whose tests are explored.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sim/cli/test_filter.h"
#include "tests/cli/weir_process.h"

namespace weir::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kTarget[] = WEIR_BINARY_DIR "/targets/cli/targets/some_tests.so";

class Gtest : public ::testing::Test {
 protected:
  Gtest() : folder_(ScratchFolder("gtest")) {}
  ~Gtest() override { fs::remove_all(folder_); }

  WeirEnd Run(const std::string& flags, const std::string& target = kTarget) {
    return Weir("gtest " + target + " " + flags, folder_);
  }

  // The words behind `what` in its line.
  static std::string Line(const std::string& text, const std::string& what) {
    const size_t at = text.find("\n  " + what + " ");
    if (at == std::string::npos) return "";
    const size_t begin = text.find_first_not_of(' ', at + 3 + what.size());
    return text.substr(begin, text.find('\n', begin) - begin);
  }

  const fs::path folder_;
};

TEST_F(Gtest, ListsWhatAFilterLeavesButNoDisabledTests) {
  const WeirEnd all = Run("--gtest_list_tests");
  EXPECT_EQ(all.status, 0) << all.error;
  EXPECT_EQ(all.out,
            "Account.\n  KeepsBoth\n  FailsTwice\n  FailsNowhere\n  Throws\n  SkipsItself\n"
            "Fresh.\n  EachTime\n"
            "Typed/0.\n  IsZero\nTyped/1.\n  IsZero\n"
            "Explored.\n  AsOftenAsItSays\n  WithItsSeed\n  WithAStrategyThatThereIsNot\n"
            "Chosen.\n  OneThreadMayDraw\n  ExploreFindsNothingToChoose\n"
            "Small/Number.\n  IsSmall/0\n  IsSmall/1\n");
  EXPECT_EQ(Run("--gtest_list_tests --gtest_filter='*Small*:Typed*-*/1*'").out,
            "Typed/0.\n  IsZero\nSmall/Number.\n  IsSmall/0\n");
}

TEST_F(Gtest, AFailureTellsTheCommandThatRepeatsIt) {
  const WeirEnd found = Run("--gtest_filter=Account.KeepsBoth");
  EXPECT_EQ(found.status, 1) << found.out << found.error;
  EXPECT_THAT(found.out, AllOf(HasSubstr("[ RUN      ] Account.KeepsBoth\n"),
                               HasSubstr(": Expected equality of these values: "
                                         "BalanceOfTwo(), Which is: 1, 2, one is lost"),
                               HasSubstr("(assertion-Account_KeepsBoth_Test__TestBody-"),
                               HasSubstr("[  FAILED  ] Account.KeepsBoth (")));
  const std::string command = Line(found.out, "replay");
  ASSERT_THAT(command,
              AllOf(HasSubstr("--gtest_filter=Account.KeepsBoth"), HasSubstr("--weir_replay=")));
  const WeirEnd again = Weir(command.substr(command.find("gtest ")), folder_);
  EXPECT_EQ(again.status, 1) << again.out << again.error;
  EXPECT_THAT(again.out,
              AllOf(HasSubstr("reproduced: assertion"), HasSubstr("[  FAILED  ] Account.Keeps")));

  const std::string plain = Line(found.out, "or");
  const WeirEnd json = Weir(plain.substr(plain.find("replay ")) + " --json --times 20", folder_);
  ASSERT_FALSE(json.Json().empty()) << json.out << json.error;
  const nlohmann::json replayed = json.Json().back();
  EXPECT_TRUE(replayed.value("same", false));
  EXPECT_THAT(again.out, HasSubstr("fingerprint " + replayed.value("fingerprint", "?")));
}

TEST_F(Gtest, FindsTheSameWhateverTheJobs) {
  const std::string flags = "--gtest_filter=Account.KeepsBoth --weir_jobs=";
  EXPECT_EQ(Line(Run(flags + "1").out, "found as"), Line(Run(flags + "3").out, "found as"));
}

TEST_F(Gtest, EndsWithTheFirstExpectationThatFails) {
  const WeirEnd end = Run("--gtest_filter=Account.FailsTwice");
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.out, AllOf(HasSubstr("the first"), Not(HasSubstr("the second"))));
}

TEST_F(Gtest, AFailureWithoutAPlaceHasItsTestsName) {
  EXPECT_THAT(Run("--gtest_filter=Account.FailsNowhere").out,
              AllOf(HasSubstr("FailsNowhere: "),
                    HasSubstr("(assertion-Account_FailsNowhere_Test__TestBody-")));
}

TEST_F(Gtest, AnExceptionIsToldWhereItWasThrown) {
  const WeirEnd end = Run("--gtest_filter=Account.Throws");
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.out, AllOf(HasSubstr("uncaught_exception"), HasSubstr("(some_tests.cc:"),
                             HasSubstr("thrown on purpose")));
}

TEST_F(Gtest, TestsThatSkipThemselvesPass) {
  const WeirEnd end = Run("--gtest_filter=*SkipsItself");
  EXPECT_EQ(end.status, 0) << end.out;
  EXPECT_THAT(end.out, HasSubstr("[       OK ] Account.SkipsItself"));
}

TEST_F(Gtest, EachParameterAndTypeIsATest) {
  const WeirEnd end = Run("--gtest_filter=Small*:Typed*");
  EXPECT_EQ(end.status, 0) << end.out;
  EXPECT_THAT(end.out,
              AllOf(HasSubstr("[       OK ] Small/Number.IsSmall/1"),
                    HasSubstr("[       OK ] Typed/1.IsZero"), HasSubstr("[  PASSED  ] 4 tests.")));
}

TEST_F(Gtest, OnlyTestsInWhichSomethingIsChosenRunMoreThanOnce) {
  EXPECT_THAT(Run("--gtest_filter=Small*0").out,
              HasSubstr("IsSmall/0 (1 execution: nothing to choose, "));
  EXPECT_THAT(Run("--gtest_filter=Chosen.*").out,
              AllOf(HasSubstr("Chosen.OneThreadMayDraw (1,000 executions, "),
                    HasSubstr("Chosen.ExploreFindsNothingToChoose (1 execution: nothing ")));
  EXPECT_THAT(Run("--gtest_filter=Fresh*").out, HasSubstr("EachTime (1,000 executions, "));
  EXPECT_THAT(Run("--gtest_filter=Fresh* --weir_executions=30").out,
              HasSubstr("EachTime (30 executions, "));
}

TEST_F(Gtest, ExploreSaysHowATestIsExplored) {
  EXPECT_THAT(Run("--gtest_filter=*AsOftenAsItSays").out,
              HasSubstr("AsOftenAsItSays (17 executions, "));
  EXPECT_THAT(Run("--gtest_filter=*WithItsSeed --weir_seed=5").out, HasSubstr(" of seed 4\n"));
  const WeirEnd wrong = Run("--gtest_filter=*WithAStrategyThatThereIsNot");
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.error, AllOf(HasSubstr("Explored.WithAStrategyThatThereIsNot: weir::Explore: "),
                                 HasSubstr("did you mean pct?")));
}

TEST_F(Gtest, EndsAtTheFirstFailureIfAsked) {
  const WeirEnd end = Run("--gtest_filter=Account* --gtest_fail_fast --gtest_color=no");
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.out, AllOf(HasSubstr("[==========] 1 test ran"),
                             Not(HasSubstr("[ RUN      ] Account.FailsTwice"))));
}

TEST_F(Gtest, BadFlagsAndFilesAreRefused) {
  const WeirEnd none = Run("--gtest_filter=Nobody.*");
  EXPECT_EQ(none.status, 2);
  EXPECT_THAT(none.error, HasSubstr("--gtest_filter=Nobody.*: no test of "));
  EXPECT_EQ(none.out, "");
  EXPECT_EQ(Run("--gtest_filtre=X").status, 2);
  EXPECT_EQ(Run("--weir_executions=0").status, 2);
  EXPECT_THAT(Run("--weir_replay=nothing.weir.json").error, HasSubstr("nothing.weir.json"));
  const WeirEnd scenarios = Run("", WEIR_BINARY_DIR "/targets/fence.so");
  EXPECT_EQ(scenarios.status, 2);
  EXPECT_THAT(scenarios.error, HasSubstr("neither a TEST nor main()"));
  EXPECT_EQ(fs::is_empty(folder_), true);
}

TEST_F(Gtest, AScheduleOfSomethingElseIsRefusedByName) {
  const WeirEnd found = Weir(
      "fuzz --json --seed 1 --runs 20000 --campaign c --target " + Program("assertion/lost_update"),
      folder_);
  const std::string file = found.Event("failure").value("file", "");
  const WeirEnd foreign = Run("--weir_replay=" + file);
  EXPECT_EQ(foreign.status, 2) << foreign.out;
  EXPECT_THAT(foreign.error, AllOf(HasSubstr(file), HasSubstr("unknown scenario of some_tests"),
                                   HasSubstr("\"main\"")));

  const WeirEnd own = Run("--gtest_filter=Account.FailsTwice");
  const std::string command = Line(own.out, "replay");
  const WeirEnd other = Run(command.substr(command.find("--weir_replay")) + " --gtest_filter=F*");
  EXPECT_EQ(other.status, 2) << other.out;
  EXPECT_THAT(other.error, HasSubstr("is an execution of Account.FailsTwice, which "
                                     "--gtest_filter=F* leaves out"));
}

TEST_F(Gtest, APlainMainIsOneTest) {
  EXPECT_EQ(Run("--gtest_list_tests", Program("assertion/lost_update")).out, "main\n");
  const WeirEnd end = Run("", Program("assertion/lost_update"));
  EXPECT_EQ(end.status, 1) << end.out << end.error;
  EXPECT_THAT(end.out, HasSubstr("[  FAILED  ] main"));
}

// GoogleTest reads clocks, the environment and the current directory, and prints.
TEST_F(Gtest, ExecutionsAreTheSameInWarmAndColdProcessesAndFromTheirRecordings) {
  const WeirEnd end =
      Weir("fuzz --verify --runs 600 --seed 1 --campaign c --target " + std::string(kTarget) +
               " Account.KeepsBoth Fresh.EachTime " + "Small/Number.IsSmall/0 Explored.WithItsSeed",
           folder_);
  EXPECT_EQ(end.status, 0) << end.out << end.error;
  EXPECT_THAT(end.out, HasSubstr("no fingerprint differs"));
}

TEST(TestFilter, IsThatOfGoogleTest) {
  EXPECT_TRUE(MatchesTestFilter("*", "A.x"));
  EXPECT_TRUE(MatchesTestFilter("A.x", "A.x"));
  EXPECT_FALSE(MatchesTestFilter("A.x", "A.xy"));
  EXPECT_TRUE(MatchesTestFilter("B.*:A.?", "A.x"));
  EXPECT_FALSE(MatchesTestFilter("B.*:A.?", "A."));
  EXPECT_TRUE(MatchesTestFilter("*a*b*c", "xaxbbxbc"));
  EXPECT_FALSE(MatchesTestFilter("*a*b*c", "xaxccxc"));
  EXPECT_FALSE(MatchesTestFilter("A.*-A.x:A.y", "A.y"));
  EXPECT_TRUE(MatchesTestFilter("-A.x", "A.y"));
  EXPECT_FALSE(MatchesTestFilter("", "A.x"));
}

}  // namespace
}  // namespace weir::sim
