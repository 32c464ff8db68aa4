// A campaign that is told to end tells what it has, and leaves nobody behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/cli/weir_process.h"

namespace weir::sim {
namespace {

namespace fs = std::filesystem;

class Interrupt : public ::testing::Test {
 protected:
  Interrupt() : folder_(ScratchFolder("interrupt")) {}
  ~Interrupt() override { fs::remove_all(folder_); }

  // `weir fuzz FLAGS` gets the signals that `kills` sends to $p once it is ready for them: SIGINT
  // is bit 1 of the mask. In a process group of its own.
  WeirEnd Fuzz(const std::string& flags, const std::string& kills) {
    WriteAll(folder_ / "script",
             "set -m\n" WEIR_BINARY_DIR "/weir fuzz " + flags +
                 " & p=$!\n"
                 "until grep -q '^SigCgt:.*[2367abef]$' /proc/$p/status; do sleep 0.01; done\n" +
                 kills + "\nwait $p\n");
    return RunProgram("/bin/bash", "script", folder_);
  }

  const fs::path folder_;
};

constexpr char kEndless[] = "marker_burst --jobs 2 --time 60s --json";

void ExpectReport(const WeirEnd& end) {
  EXPECT_EQ(end.status, 0) << end.error;
  const nlohmann::json last = end.Event("end");
  ASSERT_TRUE(last.is_object()) << end.out << end.error;
  EXPECT_TRUE(last.at("interrupted").get<bool>());
  EXPECT_LT(last.at("seconds").get<double>(), 50);
}

TEST_F(Interrupt, TellsWhatThereIs) {
  ExpectReport(Fuzz(kEndless, "kill -INT $p"));
  ExpectReport(Fuzz(kEndless, "kill -TERM $p"));
}

// As timeout(1) does: to the process, and then to its group, the workers among it.
TEST_F(Interrupt, OfProcessAndGroupIsOne) {
  for (int time = 0; time < 3; ++time) {
    ExpectReport(Fuzz(kEndless, "kill -TERM $p; sleep 0.005; kill -TERM -$p"));
    ExpectReport(Fuzz(kEndless, "kill -INT $p; sleep 0.005; kill -INT -$p"));
  }
}

// The workers hang, and are given two seconds in the end.
TEST_F(Interrupt, OfWhoInsistsEndsAtOnce) {
  const WeirEnd end = Fuzz("--target " + Program("hang/infinite_loop") + " --time 60s --json",
                           "sleep 0.2; kill -INT $p; sleep 0.6; kill -INT $p");
  EXPECT_EQ(end.status, 128 + 2) << end.out << end.error;
  EXPECT_FALSE(end.Event("end").is_object());
}

}  // namespace
}  // namespace weir::sim
