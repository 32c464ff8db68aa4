// The checks that scenarios are made of: each fails for what it is there for, under its own id;
// what must happen sometimes is counted; and a wrong check is told from a wrong library.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/cli/weir_process.h"

namespace weir::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class Oracle : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(, Oracle,
                         testing::Values("duplicate_marker", "out_of_order", "missed_marker",
                                         "second_writer", "went_back", "done_twice", "never_done"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(Oracle, FailsUnderItsOwnId) {
  const std::string oracle = GetParam();
  const WeirEnd end = Weir("fuzz --runs 200 --jobs 1 --seed 1 --json --no-faults --target " +
                           Program("assertion/oracle_" + oracle));
  ASSERT_EQ(end.status, 1) << end.out << end.error;
  EXPECT_THAT(end.Event("failure").value("signature", ""),
              MatchesRegex("assertion-" + oracle + "-[0-9a-f]{12}"));
}

TEST(Sometimes, ThatNeverHeldIsTold) {
  const std::string program = Program("pass/sometimes");
  const WeirEnd text = Weir("fuzz --runs 200 --jobs 2 --seed 1 --target " + program);
  ASSERT_EQ(text.status, 0) << text.out << text.error;
  EXPECT_THAT(text.out, HasSubstr("never: the impossible (asked in 200 executions)"));
  EXPECT_THAT(text.out, HasSubstr("never: what nobody asks (nobody asked)"));
  EXPECT_THAT(text.out, Not(HasSubstr("never: the other came first")));
  const WeirEnd json = Weir("fuzz --runs 200 --jobs 1 --seed 1 --json --target " + program);
  const nlohmann::json counts = json.Event("end")["sometimes"];
  EXPECT_EQ(counts["the impossible"].value("asked", -1), 200);
  EXPECT_EQ(counts["the impossible"].value("held", -1), 0);
  EXPECT_EQ(counts["the other came first"].value("asked", -1), 200);
  EXPECT_GT(counts["the other came first"].value("held", -1), 0);
}

TEST(Facts, AreToldWhereTheyWereObserved) {
  const WeirEnd trace = Weir(
      "run marker_burst --seed 3 --set workers=1 --set iterations=1 --set burst=2 "
      "--set mode=delivery --trace");
  ASSERT_EQ(trace.status, 0) << trace.error;
  EXPECT_THAT(trace.out, HasSubstr("coordinator/main: worker-1.target = 2"));
  EXPECT_THAT(trace.out, HasSubstr("coordinator/main: worker-1.drained = 2"));
}

// Watching must change nothing.
TEST(Facts, AreNoPartOfTheExecution) {
  const std::string run = "run marker_burst --seed 3 --set workers=2 --set iterations=2 --json";
  const WeirEnd plain = Weir(run);
  const WeirEnd watched = Weir(run + " --trace");
  ASSERT_EQ(plain.status, 0) << plain.error;
  EXPECT_EQ(plain.Json().back().value("fingerprint", "a"),
            watched.Json().back().value("fingerprint", "b"));
}

// The last lesson: the barrier is right, and the scenario's own bookkeeping is not.
class OracleRace : public testing::Test {
 protected:
  OracleRace() : folder_(ScratchFolder("oracle_race")) {}
  ~OracleRace() override { std::filesystem::remove_all(folder_); }
  const std::filesystem::path folder_;
};

TEST_F(OracleRace, IsFoundAndItsReportPointsAtTheTest) {
  const WeirEnd found =
      Weir("fuzz oracle_race --runs 2000 --seed 1 --jobs 1 --json --campaign c", folder_);
  ASSERT_EQ(found.status, 1) << found.out << found.error;
  EXPECT_TRUE(found.Event("end").value("as_expected", false)) << found.out;
  const WeirEnd small =
      Weir("minimize --json --time 60s " + found.Event("failure").value("file", ""), folder_);
  ASSERT_EQ(small.status, 0) << small.out << small.error;
  const nlohmann::json end = small.Event("end");
  EXPECT_LE(end["after"].value("edits", 99), 3) << small.out;
  const WeirEnd show = Weir("show --width 120 " + end.value("file", ""), folder_);
  ASSERT_EQ(show.status, 0) << show.error;
  EXPECT_THAT(show.out,
              HasSubstr("although all of them had been handled when the barrier released"));
  EXPECT_THAT(show.out, HasSubstr("what it hinges on"));
  EXPECT_THAT(show.out, HasSubstr("without it: pass"));
  EXPECT_THAT(show.out, HasSubstr("state of the scenario that its own threads race on"));
  EXPECT_THAT(show.out, HasSubstr("coordinator/reader-1 writes it at oracle_race.cc"));
  EXPECT_THAT(show.out, HasSubstr("it may be the test that is wrong"));
}

// ... which is not said of a library that is wrong.
TEST_F(OracleRace, IsNotSuspectedWhereTheBarrierIsWrong) {
  const WeirEnd found =
      Weir("fuzz --bug 01 --runs 2000 --seed 1 --jobs 1 --json --campaign c", folder_);
  ASSERT_EQ(found.status, 1) << found.out << found.error;
  const WeirEnd show =
      Weir("show --width 120 " + found.Event("failure").value("file", ""), folder_);
  ASSERT_EQ(show.status, 0) << show.error;
  EXPECT_THAT(show.out, Not(HasSubstr("it may be the test that is wrong")));
}

TEST(OracleRace_, IsLeftOutOfAll) {
  const WeirEnd all = Weir("fuzz --all --runs 1 --json");
  EXPECT_EQ(all.status, 0);
  EXPECT_THAT(all.out, HasSubstr("marker_burst"));
  EXPECT_THAT(all.out, Not(HasSubstr("oracle_race")));
}

}  // namespace
}  // namespace weir::sim
