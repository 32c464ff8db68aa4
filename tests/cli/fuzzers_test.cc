// libFuzzer on the stream of decisions, as its users run it; and schedules that go from it to weir
// and back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <string>

#include "tests/cli/weir_process.h"

namespace weir::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr int kCrash = 77;  // libFuzzer's exit status

class Fuzzers : public testing::Test {
 protected:
  Fuzzers() : folder_(ScratchFolder("fuzzers")) {}
  ~Fuzzers() override { fs::remove_all(folder_); }

  WeirEnd Fuzz(const std::string& target, const std::string& arguments) {
    return RunProgram(
        WEIR_BINARY_DIR "/target_fuzzer",
        "--target=" WEIR_BINARY_DIR "/targets/fuzz/targets/" + target + ".so " + arguments,
        folder_);
  }
  // The input that libFuzzer has left; empty if there is none.
  std::string Artefact() const {
    for (const auto& file : fs::directory_iterator(folder_)) {
      if (file.path().filename().string().starts_with("crash-")) return file.path().string();
    }
    return "";
  }

  const std::string target_ = " --target " WEIR_BINARY_DIR "/targets/fuzz/targets/lost_update.so ";
  const fs::path folder_;
};

TEST_F(Fuzzers, StartAndEnd) {
  const WeirEnd end = Fuzz("lost_update", "-seed=1337 -runs=4");
  EXPECT_EQ(end.status, 0) << end.error;
  EXPECT_THAT(end.error, HasSubstr("Done 4 runs"));
}

TEST_F(Fuzzers, KeepTheInputOfAFailureAndWeirReplaysMinimisesAndShowsIt) {
  const WeirEnd found = Fuzz("lost_update", "-seed=1 -runs=200000");
  ASSERT_EQ(found.status, kCrash) << found.error;
  EXPECT_THAT(found.error, HasSubstr("Check failed: FuzzerHash=assertion-main-"));
  EXPECT_THAT(found.error, HasSubstr("InvariantBroken<"));
  const std::string input = Artefact();
  ASSERT_FALSE(input.empty());

  const WeirEnd replay = Weir("replay --times 20 --json" + target_ + input);
  EXPECT_EQ(replay.status, 1) << replay.error;
  EXPECT_THAT(replay.out, HasSubstr("\"same\":true"));
  const WeirEnd small = Weir("minimize --json" + target_ + input + " -o small.weir.json", folder_);
  ASSERT_EQ(small.status, 0) << small.error;
  EXPECT_EQ(small.Event("end")["after"].value("edits", 99), 1) << small.out;
  const WeirEnd show = Weir("show" + target_ + input);
  EXPECT_EQ(show.status, 0) << show.error;
  EXPECT_THAT(show.out, HasSubstr("the story"));

  // To weir and back: the same execution, by its name.
  const WeirEnd imported = Weir("corpus import" + target_ + input + " -o schedules", folder_);
  ASSERT_EQ(imported.status, 0) << imported.error;
  ASSERT_EQ(Weir("corpus export" + target_ + "schedules -o inputs", folder_).status, 0);
  ASSERT_EQ(Weir("corpus import" + target_ + "inputs -o again", folder_).status, 0);
  const auto only = [&](const char* folder) {
    return fs::directory_iterator(folder_ / folder)->path().filename().string();
  };
  EXPECT_EQ(only("schedules"), only("again"));
  EXPECT_EQ(Weir("replay" + target_ + (folder_ / "again" / only("again")).string()).status, 1);
}

TEST_F(Fuzzers, EndAHangBySomethingOfTheirOwn) {
  const WeirEnd end = Fuzz("hangs_later", "--hang=0.5 -seed=1 -runs=10000");
  EXPECT_EQ(end.status, kCrash) << end.error;
  EXPECT_THAT(end.error, HasSubstr("FuzzerHash=hang"));
  EXPECT_FALSE(Artefact().empty());
}

TEST_F(Fuzzers, CrashInAFunctionOfItsOwnForEachInvariant) {
  std::set<std::string> functions;
  for (const char* scenario : {"apples", "pears"}) {
    const WeirEnd end = Fuzz("two_oracles", std::string("-runs=1 --scenario=") + scenario);
    EXPECT_EQ(end.status, kCrash) << end.error;
    std::smatch match;
    ASSERT_TRUE(std::regex_search(end.error, match, std::regex("InvariantBroken<[0-9]+")));
    functions.insert(match.str());
  }
  EXPECT_EQ(functions.size(), 2u);
}

// Wherever they lie, with what they load beside them.
TEST_F(Fuzzers, OfTheBarrierRunTheirSeedsFromAnyFolder) {
  fs::create_directories(folder_ / "targets");
  fs::copy(WEIR_BINARY_DIR "/barrier_schedule_fuzzer", folder_ / "barrier_schedule_fuzzer");
  fs::copy(WEIR_BINARY_DIR "/targets/fence.so", folder_ / "targets/fence.so");
  std::string seeds;
  int count = 0;
  for (const auto& seed : fs::directory_iterator(WEIR_SOURCE_DIR "/corpus/barrier_schedule")) {
    if (seed.path().extension() == ".md") continue;
    seeds += " " + seed.path().string();
    ++count;
  }
  ASSERT_GT(count, 0);
  const WeirEnd end = RunProgram(folder_ / "barrier_schedule_fuzzer", seeds, folder_);
  EXPECT_EQ(end.status, 0) << end.error;
  EXPECT_THAT(end.error, HasSubstr("Executed"));
}

TEST_F(Fuzzers, RefuseFlagsThatTheyDoNotKnow) {
  const WeirEnd flag = Fuzz("lost_update", "--scenari=main -runs=1");
  EXPECT_EQ(flag.status, 2);
  EXPECT_THAT(flag.error, HasSubstr("unknown flag --scenari=main; known: --target="));
  const WeirEnd hang = Fuzz("lost_update", "--hang=soon -runs=1");
  EXPECT_EQ(hang.status, 2);
  EXPECT_THAT(hang.error, HasSubstr("expected seconds"));
  const WeirEnd scenario = Fuzz("lost_update", "--scenario=mine -runs=1");
  EXPECT_EQ(scenario.status, 2);
  EXPECT_THAT(scenario.error, HasSubstr("main"));
  const WeirEnd none = RunProgram(WEIR_BINARY_DIR "/target_fuzzer", "-runs=1", folder_);
  EXPECT_EQ(none.status, 2);
  EXPECT_THAT(none.error, HasSubstr("which target?"));
}

TEST_F(Fuzzers, AnInputThatIsNoneIsRefusedWithThePlace) {
  WriteAll(folder_ / "crash-0", "weir-in1\x05");
  const WeirEnd replay = Weir("replay crash-0", folder_);
  EXPECT_EQ(replay.status, 2);
  EXPECT_THAT(replay.error, HasSubstr("crash-0: byte 8: the target's name ends beyond the end"));
  const WeirEnd import = Weir("corpus import crash-0 nowhere -o here", folder_);
  EXPECT_EQ(import.status, 2);
  EXPECT_THAT(import.error, HasSubstr("nowhere"));
}

}  // namespace
}  // namespace weir::sim
