// Every way to hold weir wrongly: one clear line with the place and what is allowed, exit 2,
// nothing half-written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/cli/weir_process.h"

namespace weir::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int kUsage = 2;

class BadInput : public ::testing::Test {
 protected:
  BadInput() : folder_(ScratchFolder("bad_input")) {}
  ~BadInput() override { fs::remove_all(folder_); }

  // Runs in an empty folder, which must stay empty but for what the test put there.
  void Refuses(const std::string& arguments,
               const ::testing::Matcher<const std::string&>& message) {
    const auto files = Count();
    const WeirEnd end = Weir(arguments, folder_);
    EXPECT_EQ(end.status, kUsage) << arguments << "\n" << end.out << end.error;
    EXPECT_THAT(end.error, message) << arguments;
    EXPECT_EQ(std::count(end.error.begin(), end.error.end(), '\n'), 1) << end.error;
    EXPECT_EQ(end.out, "") << arguments;
    EXPECT_EQ(Count(), files) << arguments << " left something behind";
  }

  std::ptrdiff_t Count() const {
    return std::distance(fs::recursive_directory_iterator(folder_),
                         fs::recursive_directory_iterator());
  }

  const fs::path folder_;
  const std::string deadlock_ = Program("deadlock/lock_order");
};

TEST_F(BadInput, UnknownCommand) {
  Refuses("fuz", HasSubstr("unknown command \"fuz\"; did you mean fuzz?"));
  Refuses("", HasSubstr("subcommand is required"));
  Refuses("fuzz --no-such-flag", HasSubstr("--no-such-flag"));
}

TEST_F(BadInput, UnknownScenario) {
  Refuses("fuzz marker_brust --runs 1",
          AllOf(HasSubstr("marker_brust"), HasSubstr("did you mean marker_burst?")));
  Refuses("run nonsense --target " + deadlock_,
          AllOf(HasSubstr("nonsense"), HasSubstr("known: main")));
}

TEST_F(BadInput, UnknownStrategy) {
  Refuses("fuzz --runs 1 --strategy pcd",
          AllOf(HasSubstr("pcd"), HasSubstr("did you mean pct?"), HasSubstr("portfolio")));
  Refuses("run main --strategy x --target " + deadlock_, HasSubstr("unknown strategy \"x\""));
}

TEST_F(BadInput, UnknownParameterOrValueOutOfRange) {
  Refuses("fuzz marker_burst --runs 1 --set wrokers=2",
          AllOf(HasSubstr("wrokers"), HasSubstr("did you mean workers?")));
  Refuses("fuzz marker_burst --runs 1 --set workers=99",
          AllOf(HasSubstr("workers"), HasSubstr("99")));
  Refuses("fuzz marker_burst --runs 1 --set workers=two",
          AllOf(HasSubstr("workers"), HasSubstr("two")));
  Refuses("fuzz marker_burst --runs 1 --set workers", HasSubstr("PARAMETER=VALUE"));
  Refuses("run marker_burst --set workers=2 --set workers=3", HasSubstr("workers"));
}

TEST_F(BadInput, DurationsAndNumbers) {
  Refuses("fuzz --time soon", AllOf(HasSubstr("--time soon"), HasSubstr("60s")));
  Refuses("fuzz --time 60", HasSubstr("expected a duration"));
  Refuses("fuzz --time -1s", HasSubstr("--time"));
  Refuses("fuzz --runs 0", HasSubstr("--runs"));
  Refuses("fuzz --runs many", HasSubstr("--runs"));
  Refuses("fuzz --jobs 0", HasSubstr("--jobs"));
  Refuses("fuzz --seed x", HasSubstr("--seed"));
  Refuses("fuzz --runs 1 --shard 4/4", HasSubstr("0 ≤ I < N"));
  Refuses("fuzz --runs 1 --expect deadlok", HasSubstr("did you mean deadlock?"));
}

TEST_F(BadInput, MissingTarget) {
  Refuses("fuzz --runs 1 --target /no/such.so",
          AllOf(HasSubstr("/no/such.so"), HasSubstr("no such file")));
  Refuses("fuzz --runs 1 --target fense", HasSubstr("did you mean fence?"));
  Refuses("run main --target nothing.so", HasSubstr("nothing.so"));
  Refuses("list scenarios --target nothing.so", HasSubstr("nothing.so"));
  Refuses("fuzz --runs 1 --bug 99", HasSubstr("99"));
  Refuses("fuzz --runs 1 --bug 01 --target " + deadlock_, HasSubstr("exclude each other"));
}

TEST_F(BadInput, NonInstrumentedTarget) {
  Refuses("fuzz --runs 1 --target /lib/x86_64-linux-gnu/libm.so.6", HasSubstr("libm.so.6"));
  WriteAll(folder_ / "text.so", "this is no shared object\n");
  Refuses("fuzz --runs 1 --target ./text.so", HasSubstr("text.so"));
  Refuses("run main --target ./text.so", HasSubstr("text.so"));
}

TEST_F(BadInput, UnwritableCampaignDirectory) {
  Refuses("fuzz --runs 1 --campaign /proc/no/such --target " + deadlock_,
          HasSubstr("cannot write to the campaign directory /proc/no/such"));
  WriteAll(folder_ / "file", "");
  Refuses("fuzz --runs 1 --campaign file/below --target " + deadlock_, HasSubstr("file/below"));
}

TEST_F(BadInput, ScheduleFiles) {
  const std::string good =
      R"({"weir": 1, "tool": "0.1.0", "target": "fence", "build": "", "scenario": "marker_burst",)"
      R"( "parameters": {}, "origin": {"campaign_seed": "1", "index": "0", "strategy": "random"},)"
      R"( "faults": [], "edits": [], "checkpoints": [], "verdict": {"kind": "pass"},)"
      R"( "fingerprint": "0"})";
  for (const std::string command : {"replay", "minimize", "show"}) {
    Refuses(command + " no.weir.json", HasSubstr("no.weir.json"));
    WriteAll(folder_ / "x.weir.json", good.substr(0, good.size() / 2));
    Refuses(command + " x.weir.json", HasSubstr("x.weir.json:1"));
    WriteAll(folder_ / "x.weir.json", "[]");
    Refuses(command + " x.weir.json", HasSubstr("x.weir.json"));
    std::string future = good;
    future.replace(future.find("1"), 1, "99");
    WriteAll(folder_ / "x.weir.json", future);
    Refuses(command + " x.weir.json", AllOf(HasSubstr("x.weir.json"), HasSubstr("99")));
    fs::remove(folder_ / "x.weir.json");
  }
  Refuses("replay marker_burst", HasSubstr("--seed"));
}

}  // namespace
}  // namespace weir::sim
