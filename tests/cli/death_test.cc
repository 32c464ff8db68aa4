// An execution that ends its process leaves its decisions: found, saved, replayed and made small
// like any other failure.
#include <gtest/gtest.h>

#include <string>

#include "tests/cli/weir_process.h"

namespace weir::sim {
namespace {

namespace fs = std::filesystem;

class Death : public testing::TestWithParam<std::string> {
 protected:
  Death() : folder_(ScratchFolder("death")) {}
  ~Death() override { fs::remove_all(folder_); }

  const fs::path folder_;
  const std::string target_ = " --target " + Program("crash/dies_with_its_process");
};

// Random draws, priorities, weights of a profile, and a search that goes on from copies.
INSTANTIATE_TEST_SUITE_P(, Death,
                         testing::Values("random", "pct", "pos", "surw", "bounded", "portfolio"),
                         [](const auto& info) { return info.param; });

TEST_P(Death, LeavesItsDecisions) {
  const WeirEnd fuzz = Weir("fuzz --strategy " + GetParam() + target_ +
                                " --seed 1 --runs 20000 --jobs 1 --json --campaign c",
                            folder_);
  ASSERT_EQ(fuzz.status, 1) << fuzz.out << fuzz.error;
  const nlohmann::json failure = fuzz.Event("failure");
  EXPECT_EQ(failure.value("signature", ""), "crash-process-signal-11") << fuzz.out;
  EXPECT_GT(failure.value("edits", 0), 0);

  const std::string file = failure.value("file", "");
  const WeirEnd replay = Weir("replay --json " + file + target_, folder_);
  EXPECT_EQ(replay.status, 1) << replay.out << replay.error;
  ASSERT_FALSE(replay.Json().empty()) << replay.out << replay.error;
  EXPECT_TRUE(replay.Json().back().value("same", false)) << replay.out;
  EXPECT_EQ(replay.Json().back().value("signature", ""), "crash-process-signal-11");
  const nlohmann::json saved = nlohmann::json::parse(ReadAll(folder_ / file));
  EXPECT_EQ(replay.Json().back().value("fingerprint", ""), saved.value("fingerprint", "?"));
  EXPECT_EQ(saved["verdict"].value("thread", ""), "main/main");

  const WeirEnd minimize = Weir("minimize --json " + file + target_ + " -o m.weir.json", folder_);
  ASSERT_EQ(minimize.status, 0) << minimize.out << minimize.error;
  // Two switches: to the other thread, and back after two of its steps.
  EXPECT_EQ(minimize.Event("end")["after"].value("edits", 0), 2) << minimize.out;
  const WeirEnd again = Weir("replay --json m.weir.json" + target_, folder_);
  EXPECT_EQ(again.status, 1) << again.out << again.error;
  ASSERT_FALSE(again.Json().empty()) << again.out << again.error;
  EXPECT_EQ(again.Json().back().value("signature", ""), "crash-process-signal-11");

  // A death at another point is another one.
  nlohmann::json other = nlohmann::json::parse(ReadAll(folder_ / "m.weir.json"));
  other["points"] = other["points"].get<uint64_t>() + 1;
  WriteAll(folder_ / "other.weir.json", other.dump());
  const WeirEnd differs = Weir("replay --json other.weir.json" + target_, folder_);
  EXPECT_EQ(differs.status, 4) << differs.out << differs.error;
  ASSERT_FALSE(differs.Json().empty()) << differs.out << differs.error;
  EXPECT_FALSE(differs.Json().back().value("same", true));
}

}  // namespace
}  // namespace weir::sim
