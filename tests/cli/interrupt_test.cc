// A campaign that is told to end tells what it has, and leaves nobody behind.
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

class Interrupt : public ::testing::Test {
 protected:
  Interrupt() : folder_(ScratchFolder("interrupt")) {}
  ~Interrupt() override { fs::remove_all(folder_); }

  WeirEnd Fuzz(const std::string& flags, const std::string& kills) {
    return Run("fuzz " + flags, kills);
  }

  // `weir COMMAND` gets the signals that `kills` sends to $p once it is ready for them: SIGINT is
  // bit 1 of the mask. In a process group of its own.
  WeirEnd Run(const std::string& command, const std::string& kills) {
    WriteAll(folder_ / "script",
             "set -m\n" WEIR_BINARY_DIR "/weir " + command +
                 " & p=$!\n"
                 "until grep -q '^SigCgt:.*[2367abef]$' /proc/$p/status; do sleep 0.01; done\n" +
                 kills + "\nwait $p\n");
    return RunProgram("/bin/bash", "script", folder_);
  }

  const fs::path folder_;
};

constexpr char kEndless[] = "marker_burst --jobs 2 --time 60s --json";

void ExpectReport(const WeirEnd& end) {
  const nlohmann::json last = end.Event("end");
  ASSERT_TRUE(last.is_object()) << end.out << end.error;
  // It may have come before the first execution had ended; then nothing is known.
  EXPECT_EQ(end.status, last.at("executions").get<uint64_t>() > 0 ? 0 : 2) << end.error;
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

// The test in progress is neither passed nor failed, and those behind it do not run.
TEST_F(Interrupt, OfTestsIsNoSuccess) {
  for (const auto& [name, number] : {std::pair{"INT", 2}, std::pair{"TERM", 15}}) {
    const WeirEnd end = Run("gtest " WEIR_BINARY_DIR
                            "/targets/cli/targets/some_tests.so --gtest_filter=Fresh*:Small* "
                            "--weir_executions=1000000000",
                            std::string("kill -") + name + " $p");
    EXPECT_EQ(end.status, 128 + number) << end.out << end.error;
    EXPECT_THAT(end.out, HasSubstr("[  STOPPED ] Fresh.EachTime ("));
    EXPECT_THAT(end.out, HasSubstr("[  PASSED  ] 0 tests.\n[  STOPPED ] Fresh.EachTime: by "));
    EXPECT_THAT(end.out, HasSubstr("1,000,000,000 executions: neither passed nor failed\n"
                                   "[  STOPPED ] 2 tests did not run.\n"));
    EXPECT_THAT(end.out, Not(HasSubstr("IsSmall")));
  }
}

// What was not over when the time was up is told; and where that is all there was, nothing passed.
TEST_F(Interrupt, AnExecutionThatTheTimeCutsOffIsNoSuccess) {
  const std::string target = "fuzz --jobs 1 --target " WEIR_BINARY_DIR "/targets/cli/targets/";
  const WeirEnd end = Weir(target + "computes.so --time 300ms --expect pass", folder_);
  EXPECT_EQ(end.status, 2) << end.out << end.error;
  EXPECT_THAT(end.out, HasSubstr("execution 0 of main did not come to its end"));
  EXPECT_THAT(end.out, AllOf(HasSubstr("\nnothing was tested\n"), Not(HasSubstr("no failure"))));
  EXPECT_THAT(end.error, AllOf(HasSubstr("0 executions in --time 300ms; execution 0 of main was "),
                               HasSubstr("--hang-seconds")));
}

// What passed was another program than the one that is there now.
TEST_F(Interrupt, ATargetThatWasBuiltAnewInTheMeantimeIsNoSuccess) {
  fs::copy_file(Program("pass/producer_consumer"), folder_ / "t.so");
  fs::copy_file(Program("pass/futex_bitset"), folder_ / "other.so");
  const WeirEnd end = Run("fuzz --target ./t.so --runs 1000000000 --seed 1",
                          "mv other.so t.so; touch t.so; kill -INT $p");
  EXPECT_EQ(end.status, 2) << end.out << end.error;
  EXPECT_THAT(end.error, HasSubstr("t.so: was rebuilt while the campaign ran: it began with "));
}

TEST_F(Interrupt, AShardWithoutExecutionsIsNoSuccess) {
  const WeirEnd end = Weir("fuzz marker_burst --runs 2 --shard 2/3", folder_);
  EXPECT_EQ(end.status, 2) << end.out;
  EXPECT_THAT(end.error, HasSubstr("0 executions: shard 2/3 of --runs 2 has none"));
}

}  // namespace
}  // namespace weir::sim
