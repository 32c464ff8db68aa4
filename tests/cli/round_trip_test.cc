// Every strategy with every verdict: found, saved, replayed as the same execution; in both forms.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "sim/engine/verdict.h"
#include "sim/strategy/strategy.h"
#include "tests/cli/weir_process.h"

namespace weir::sim {
namespace {

namespace fs = std::filesystem;

// A program that comes to this verdict, under some schedules if there is such a one.
const std::map<VerdictKind, std::string>& Examples() {
  static const std::map<VerdictKind, std::string> examples = {
      {VerdictKind::kAssertion, "lost_update"},
      {VerdictKind::kCrash, "use_before_init"},
      {VerdictKind::kDataRace, "double_checked_locking"},
      {VerdictKind::kDeadlock, "lock_order"},
      {VerdictKind::kHang, "infinite_loop"},
      {VerdictKind::kLimit, "heap"},
      {VerdictKind::kLivelock, "spin_on_flag"},
      {VerdictKind::kMutexMisuse, "unlock_by_other"},
      {VerdictKind::kNoProgress, "lost_wakeup_under_heartbeats"},
      {VerdictKind::kStackOverflow, "infinite_recursion"},
      {VerdictKind::kUncaughtException, "in_thread"},
      {VerdictKind::kUnsupportedCall, "fork"},
  };
  return examples;
}

// For the strategy that does not search: those of the verdicts that need a certain schedule fail
// under each here.
std::string ExampleFor(std::string_view strategy, VerdictKind verdict) {
  if (strategy == "default") {
    if (verdict == VerdictKind::kAssertion) return "abort";
    if (verdict == VerdictKind::kCrash) return "null_write";
    if (verdict == VerdictKind::kDeadlock) return "once_in_itself";
    if (verdict == VerdictKind::kNoProgress) return "sleeps_too_long";
  }
  return Examples().at(verdict);
}

std::vector<std::string> StrategyNames() {
  std::vector<std::string> names;
  for (const StrategyInfo& strategy : Strategies()) names.emplace_back(strategy.name);
  return names;
}

std::vector<VerdictKind> Verdicts() {
  std::vector<VerdictKind> verdicts;
  for (int i = 0; i < kVerdictKinds; ++i) {
    const auto kind = static_cast<VerdictKind>(i);
    // Those can not be repeated, by their nature.
    if (kind != VerdictKind::kPass && kind != VerdictKind::kNondeterminism &&
        kind != VerdictKind::kDiverged)
      verdicts.push_back(kind);
  }
  return verdicts;
}

class RoundTrip : public testing::TestWithParam<std::tuple<std::string, VerdictKind>> {
 protected:
  RoundTrip() : folder_(ScratchFolder("round_trip")) {}
  ~RoundTrip() override { fs::remove_all(folder_); }

  const fs::path folder_;
};

INSTANTIATE_TEST_SUITE_P(, RoundTrip,
                         testing::Combine(testing::ValuesIn(StrategyNames()),
                                          testing::ValuesIn(Verdicts())),
                         [](const auto& info) {
                           return std::get<0>(info.param) + "_" +
                                  std::string(VerdictName(std::get<1>(info.param)));
                         });

TEST_P(RoundTrip, FoundSavedAndReplayedAsTheSameExecution) {
  const auto& [strategy, verdict] = GetParam();
  const std::string name(VerdictName(verdict));
  ASSERT_TRUE(Examples().contains(verdict)) << "no program for " << name;
  const std::string target =
      " --target " + Program(name + "/" + ExampleFor(strategy, verdict)) + " --hang-seconds 0.25";
  const std::string runs = " --seed 1 --runs 50000 --jobs 1 --json --campaign c";
  const WeirEnd fuzz = Weir("fuzz --strategy " + strategy + target + runs, folder_);
  ASSERT_EQ(fuzz.status, 1) << fuzz.out << fuzz.error;
  const nlohmann::json failure = fuzz.Event("failure");
  ASSERT_EQ(failure.value("verdict", ""), name) << fuzz.out;

  const std::string file = failure.value("file", "");
  const auto saved = nlohmann::json::parse(ReadAll(folder_ / file));
  EXPECT_EQ(saved["origin"].value("strategy", ""), strategy);
  const WeirEnd replay = Weir("replay --json " + file + target, folder_);
  EXPECT_EQ(replay.status, 1) << replay.out << replay.error;
  ASSERT_FALSE(replay.Json().empty()) << replay.out;
  const nlohmann::json outcome = replay.Json().back();
  EXPECT_EQ(outcome.value("verdict", ""), name);
  EXPECT_EQ(outcome.value("signature", ""), failure.value("signature", "?"));
  EXPECT_TRUE(outcome.value("same", false)) << replay.out;
  EXPECT_EQ(outcome.value("fingerprint", ""), saved.value("fingerprint", "?"));

  // An input of a fuzzer is another form of it.
  const WeirEnd exported = Weir("corpus export " + file + target + " -o inputs", folder_);
  ASSERT_EQ(exported.status, 0) << exported.out << exported.error;
  const std::string input = fs::directory_iterator(folder_ / "inputs")->path().string();
  const WeirEnd again = Weir("replay --json " + input + target, folder_);
  ASSERT_FALSE(again.Json().empty()) << again.out << again.error;
  EXPECT_EQ(again.Json().back().value("signature", ""), failure.value("signature", "?"));
  EXPECT_EQ(again.Json().back().value("fingerprint", ""), saved.value("fingerprint", "?"));
}

}  // namespace
}  // namespace weir::sim
