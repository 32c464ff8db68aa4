// How `weir fuzz` searches: systematically, and what has failed before first.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/cli/weir_process.h"

namespace weir::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class SearchTest : public ::testing::Test {
 protected:
  SearchTest() : folder_(ScratchFolder("search")) {}
  ~SearchTest() override { fs::remove_all(folder_); }

  WeirEnd Run(const std::string& arguments) { return Weir(arguments, folder_); }

  const fs::path folder_;
};

using Bounded = SearchTest;

// The numbers are worked out in tests/engine/bounded_test.cc.
TEST_F(Bounded, SaysHowManySchedulesThereAre) {
  const std::string fuzz = "fuzz --target engine/targets/tiny --strategy bounded ";
  EXPECT_THAT(Run(fuzz + "two_writers --deviations all").out,
              HasSubstr("all 15 schedules explored"));
  EXPECT_THAT(
      Run(fuzz + "two_writers --deviations all --reduce").out,
      HasSubstr("all 2 schedules that differ in more than the order of independent events"));
  EXPECT_THAT(Run(fuzz + "one_lock --deviations 0").out,
              HasSubstr("all 1 schedules with at most 0 deviations explored"));
}

TEST_F(Bounded, HasEachScheduleOnceInAllJobsAndShards) {
  const std::string fuzz =
      "fuzz one_lock --target engine/targets/tiny --strategy bounded --deviations all --json ";
  EXPECT_EQ(Run(fuzz + "--jobs 5").Event("end").value("schedules", 0), 48);
  int sum = 0;
  for (const char* shard : {"0/3", "1/3", "2/3"}) {
    const nlohmann::json end = Run(fuzz + "--shard " + shard).Event("end");
    EXPECT_TRUE(end.value("complete", false));
    sum += end.value("schedules", 0);
  }
  EXPECT_EQ(sum, 48);
}

// What it finds is a schedule as any other.
TEST_F(Bounded, FindsTheFailureWithTheFewestDeviations) {
  const WeirEnd end =
      Run("fuzz lost_update --target engine/targets/tiny --strategy bounded --jobs 1 --json");
  EXPECT_EQ(end.status, 1) << end.out << end.error;
  const nlohmann::json failure = end.Event("failure");
  EXPECT_EQ(failure.value("verdict", ""), "assertion");
  EXPECT_EQ(failure.value("edits", 0), 1);
  EXPECT_FALSE(end.Event("end").value("complete", true));
  const std::string replay = "replay --target engine/targets/tiny --times 10 ";
  EXPECT_EQ(Run(replay + failure.value("file", "")).status, 1);
}

TEST_F(Bounded, SaysWhenItWasNotAll) {
  const WeirEnd end = Run("fuzz one_lock --target engine/targets/tiny --strategy bounded --runs 5");
  EXPECT_EQ(end.status, 0) << end.error;
  EXPECT_THAT(end.out, HasSubstr("explored, not all"));
}

TEST_F(Bounded, RefusesWhatDoesNotGoTogether) {
  const auto error = [this](const std::string& arguments) {
    const WeirEnd end = Run("fuzz --target engine/targets/tiny " + arguments);
    EXPECT_EQ(end.status, 2) << arguments << end.out;
    return end.error;
  };
  EXPECT_THAT(error("one_lock --deviations 2"), HasSubstr("--strategy bounded"));
  EXPECT_THAT(error("one_lock --strategy bounded --deviations x"),
              HasSubstr("--deviations x: expected 0 to 1000, or all"));
  EXPECT_THAT(error("one_lock --strategy bounded --reduce"), HasSubstr("--deviations all"));
  EXPECT_THAT(error("--strategy bounded"), HasSubstr("one scenario"));
  EXPECT_THAT(error("one_lock --strategy bounded --verify"), HasSubstr("--verify"));
}

using Portfolio = SearchTest;

// Of two jobs, so that both had to find out how many threads there are.
TEST_F(Portfolio, OfManyThreadsNamesWhoTookTheTurns) {
  const WeirEnd end =
      Run("fuzz reorder --target search --set threads=50 --runs 100 --jobs 2 --seed 1 --no-faults "
          "--keep-going --json");
  const nlohmann::json strategies = end.Event("end").at("strategies");
  EXPECT_EQ(strategies.size(), 2u) << strategies.dump();
  EXPECT_EQ(strategies.value("surw", 0) + strategies.value("conflict", 0), 100);
  const WeirEnd show = Run("show " + end.Event("failure").value("file", "") + " --target search");
  EXPECT_THAT(show.out, testing::ContainsRegex(", strategy portfolio .(surw|conflict).\n"));
}

// In the first execution threads run in the reverse of the order in which they were created: that
// is where the check fails. By the index alone it would be another strategy's.
TEST_F(Portfolio, OfASmallProgramBeginsWithOrdersOfWholeThreads) {
  const std::string target = " --target " + Program("assertion/main_returns");
  const WeirEnd end = Run("fuzz --runs 40 --seed 1 --no-faults --jobs 1 --json" + target);
  const nlohmann::json failure = end.Event("failure");
  EXPECT_EQ(failure.value("index", 99), 0) << end.out << end.error;
  EXPECT_THAT(Run("show " + failure.value("file", "") + target).out,
              HasSubstr(", strategy portfolio (pct)"));
}

class Regressions : public SearchTest {
 protected:
  // Finds a deadlock and keeps it as regressions/NAME.weir.json.
  void Keep(const std::string& name) {
    const nlohmann::json failure =
        Run("fuzz --json --runs 20000 --seed 1" + target_).Event("failure");
    ASSERT_TRUE(failure.is_object());
    fs::create_directories(folder_ / "regressions");
    fs::copy_file(folder_ / failure.value("file", ""),
                  folder_ / "regressions" / (name + ".weir.json"));
  }

  const std::string target_ = " --target " + Program("deadlock/lock_order");
};

// The default strategy finds nothing by itself here, so it is the regression that does.
TEST_F(Regressions, AreReplayedBeforeTheSearch) {
  const std::string fuzz = "fuzz --strategy default --runs 1 --jobs 2" + target_;
  EXPECT_EQ(Run(fuzz).status, 0);
  Keep("two-locks");
  const WeirEnd end = Run(fuzz + " --regressions regressions");
  EXPECT_EQ(end.status, 1) << end.out << end.error;
  EXPECT_THAT(end.out, HasSubstr("1 regression first"));
  EXPECT_THAT(end.out, HasSubstr("found as  regression two-locks"));
  EXPECT_EQ(Run(fuzz + " --regressions regressions --no-regressions").status, 0);

  const WeirEnd json = Run(fuzz + " --regressions regressions --json --keep-going");
  const nlohmann::json failure = json.Event("failure");
  EXPECT_EQ(failure.value("regression", ""), "two-locks");
  EXPECT_EQ(Run("replay " + failure.value("file", "") + target_).status, 1);
  EXPECT_EQ(json.Event("end").value("executions", 0), 2);
}

TEST_F(Regressions, ThatAreNoSchedulesAreAnErrorWithItsPlace) {
  fs::create_directories(folder_ / "regressions");
  WriteAll(folder_ / "regressions/x.weir.json", "{\n  \"weir\": 2\n}\n");
  const WeirEnd end = Run("fuzz --runs 1 --regressions regressions" + target_);
  EXPECT_EQ(end.status, 2) << end.out;
  EXPECT_THAT(end.error, HasSubstr("x.weir.json:2: "));
}

// Those of the shipped barrier, with the barrier as it is.
TEST(RegressionsOfTheBarrier, Pass) {
  const WeirEnd end = Weir("fuzz --all --runs 1 --jobs 1 --json");
  EXPECT_EQ(end.status, 0) << end.out << end.error;
  const nlohmann::json start = end.Event("start");
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator(WEIR_SOURCE_DIR "/corpus/regressions")) {
    files += entry.path().extension() == ".json";
  }
  EXPECT_GT(files, 0u);
  EXPECT_EQ(start.value("regressions", size_t{0}), files);
  EXPECT_EQ(end.Event("end").value("executions", size_t{0}), files + 1);
}

}  // namespace
}  // namespace weir::sim
