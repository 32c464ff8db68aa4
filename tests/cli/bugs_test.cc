// weir's own exam: each known bug is found, repeated and shrunk to a handful of edits; the shipped
// barrier passes, and comes out equal in warm and cold processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/cli/weir_process.h"

namespace weir::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::vector<std::string> Bugs() {
  std::vector<std::string> numbers;
  for (const auto& bug : fs::directory_iterator(WEIR_SOURCE_DIR "/corpus/bugs")) {
    if (!fs::exists(bug.path() / "bug.patch")) continue;
    numbers.push_back(bug.path().filename().string().substr(0, 2));
  }
  return numbers;
}

int64_t Number(const nlohmann::json& line, const std::string& parameter) {
  const std::string scenario = line.value("scenario", "");
  const size_t at = scenario.find(parameter + "=");
  return at == std::string::npos ? -1 : std::stoll(scenario.substr(at + parameter.size() + 1));
}

// Two members and three iterations: one leaves and another one comes in its place, each before the
// coordinator's next barrier. One member less is worth one iteration more.
constexpr int64_t kMostMembersAndIterations = 2 + 3;

class Bug : public testing::TestWithParam<std::string> {
 protected:
  Bug() : folder_(ScratchFolder("bug_" + GetParam())) {}
  ~Bug() override { fs::remove_all(folder_); }
  const fs::path folder_;
};

INSTANTIATE_TEST_SUITE_P(, Bug, testing::ValuesIn(Bugs()),
                         [](const auto& info) { return info.param; });

TEST_P(Bug, IsFoundRepeatedTwoHundredTimesAndShrunk) {
  const WeirEnd found =
      Weir("fuzz --json --seed 1 --runs 20000 --campaign c --bug " + GetParam(), folder_);
  ASSERT_EQ(found.status, 1) << found.out << found.error;
  EXPECT_TRUE(found.Event("end").value("as_expected", false)) << found.out;
  const std::string file = found.Event("failure").value("file", "");

  // From another directory, by an absolute path.
  const WeirEnd replay = Weir("replay --times 200 --json " + (folder_ / file).string());
  EXPECT_EQ(replay.status, 1) << replay.out << replay.error;
  EXPECT_THAT(replay.out, HasSubstr("\"same\":true"));

  const WeirEnd small = Weir("minimize --json --time 60s " + file, folder_);
  ASSERT_EQ(small.status, 0) << small.out << small.error;
  const nlohmann::json end = small.Event("end");
  EXPECT_LE(end["after"].value("edits", 99), 6) << small.out;
  EXPECT_LE(Number(end, "workers"), 2) << small.out;
  const int64_t members = Number(end, "workers") == 1 ? 1 : 2;
  EXPECT_LE(members + Number(end, "iterations"), kMostMembersAndIterations) << small.out;

  const WeirEnd again = Weir("replay --json " + end.value("file", ""), folder_);
  EXPECT_EQ(again.status, 1) << again.out << again.error;
  const WeirEnd show = Weir("show --width 120 " + end.value("file", ""), folder_);
  EXPECT_EQ(show.status, 0) << show.error;
  EXPECT_THAT(show.out, HasSubstr("the story"));
}

TEST(ShippedBarrier, HasNoFailureInAShortCampaign) {
  const WeirEnd end = Weir("fuzz --all --seed 1 --runs 1000");
  EXPECT_EQ(end.status, 0) << end.out << end.error;
}

TEST(ShippedBarrier, ComesOutEqualInWarmAndColdProcessesWithOneAndWithFourJobs) {
  for (const std::string jobs : {"1", "4"}) {
    const WeirEnd end = Weir("fuzz marker_burst --verify --seed 5 --runs 500 --jobs " + jobs);
    EXPECT_EQ(end.status, 0) << end.out << end.error;
    EXPECT_THAT(end.out, HasSubstr("no fingerprint differs"));
  }
}

TEST(Verify, AsksForFingerprintsAndNotForTheBugsVerdict) {
  const WeirEnd end = Weir("fuzz marker_burst --bug 01 --verify --seed 5 --runs 20");
  EXPECT_EQ(end.status, 0) << end.out << end.error;
  EXPECT_THAT(end.out, HasSubstr("no fingerprint differs"));
  EXPECT_THAT(end.out, testing::Not(testing::HasSubstr("expected verdict")));
}

class EveryProcess : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(, EveryProcess, testing::Values("fresh_state", "pointer_order"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(EveryProcess, ComesOutEqualWarmAndColdAndUnderAddressRandomisation) {
  const WeirEnd end = Weir("fuzz --verify --seed 5 --runs 1000 --target " +
                           Program(std::string("pass/") + GetParam()));
  EXPECT_EQ(end.status, 0) << end.out << end.error;
  EXPECT_THAT(end.out, HasSubstr("no fingerprint differs"));
}

}  // namespace
}  // namespace weir::sim
