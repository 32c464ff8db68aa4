// Each kind of fault happens: a program that only this one shows to be wrong is found with it
// alone, and never without any.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/cli/weir_process.h"

namespace weir::sim {
namespace {

struct Case {
  const char* fault;
  const char* program;
};

class Faults_ : public testing::TestWithParam<Case> {
 protected:
  // The rarest is timed_wait: time runs at one of 64 … 65,536 points in three of eight executions,
  // while one or two of some ten points are before the signal.
  static WeirEnd Fuzz(const std::string& flags) {
    return Weir("fuzz --target " + Program(std::string("assertion/") + GetParam().program) + flags +
                " --jobs 1 --seed 1 --json");
  }
};

INSTANTIATE_TEST_SUITE_P(
    , Faults_,
    testing::Values(
        Case{"spurious_wakeup", "wait_without_loop"}, Case{"spurious_wakeup", "futex_without_loop"},
        Case{"delayed_wakeup", "late_wakeup"}, Case{"slow_thread", "preempted"},
        Case{"timeout", "timed_wait"}, Case{"slow_process", "slow_process"},
        Case{"stall", "stalled_process"}, Case{"sluggish_wakeup", "late_wakeup"},
        Case{"interrupted_wait", "futex_interrupted"}, Case{"delayed_store", "store_buffering"},
        Case{"weak_compare", "weak_without_loop"}, Case{"clock", "clocks_compared"},
        Case{"failed_call", "unchecked_calls"}, Case{"counters", "counter_below_its_begin"},
        Case{"service_state", "serves_in_time"}, Case{"full_ring", "always_room"},
        Case{"crash", "never_dies"}, Case{"restart", "has_one_life"}),
    [](const auto& info) { return std::string(info.param.fault) + "_of_" + info.param.program; });

TEST_P(Faults_, AreFoundAloneAndOnlyWithTheFault) {
  const WeirEnd with = Fuzz(std::string(" --runs 20000 --faults=") + GetParam().fault);
  ASSERT_EQ(with.status, 1) << with.out << with.error;
  EXPECT_EQ(with.Event("failure").value("verdict", ""), "assertion");
  const WeirEnd without = Fuzz(" --runs 2000 --no-faults");
  EXPECT_EQ(without.status, 0) << without.out << without.error;
}

// What is found minimises to one fault or two, which the file names, and which replay.
TEST_P(Faults_, AreWrittenDownShrunkAndRepeated) {
  const std::filesystem::path folder = ScratchFolder("faults");
  const std::string target = " --target " + Program(std::string("assertion/") + GetParam().program);
  const WeirEnd found =
      Weir("fuzz --runs 20000 --jobs 1 --seed 1 --json --faults=" + std::string(GetParam().fault) +
               target,
           folder);
  ASSERT_EQ(found.status, 1) << found.out << found.error;
  const std::string file = found.Event("failure").value("file", "");
  const WeirEnd minimized = Weir("minimize " + file + " -o minimal.weir.json" + target, folder);
  ASSERT_EQ(minimized.status, 0) << minimized.out << minimized.error;
  const nlohmann::json schedule = nlohmann::json::parse(ReadAll(folder / "minimal.weir.json"));
  // Of what was found alone, or of what is weaker.
  size_t faults = schedule["faults"].size();
  for (const nlohmann::json& edit : schedule["edits"])
    faults += edit["choice"].contains("fault") || edit["choice"].value("run", "") == "time";
  EXPECT_GE(faults, 1u) << schedule["edits"];
  EXPECT_LE(faults, 2u) << schedule["edits"];
  const WeirEnd replayed = Weir("replay minimal.weir.json --times 100" + target, folder);
  EXPECT_EQ(replayed.status, 1) << replayed.out << replayed.error;
}

TEST(FaultFlags, SayWhatIsWrong) {
  const WeirEnd unknown = Weir("fuzz marker_burst --runs 1 --faults=slow_thred");
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.error.find("slow_thred"), std::string::npos) << unknown.error;
  EXPECT_NE(unknown.error.find("slow_thread"), std::string::npos) << unknown.error;
  const WeirEnd both = Weir("fuzz marker_burst --runs 1 --faults=crash --no-faults");
  EXPECT_EQ(both.status, 2);
  EXPECT_NE(both.error.find("exclude each other"), std::string::npos) << both.error;
}

// An execution is its seed, its index and the faults that are allowed.
TEST(FaultFlags, AreNeededToRepeatAnExecutionByItsSeed) {
  const std::string program = " --target " + Program("assertion/wait_without_loop");
  const WeirEnd found =
      Weir("fuzz --runs 20000 --jobs 1 --seed 1 --json --faults=spurious_wakeup" + program);
  ASSERT_EQ(found.status, 1) << found.out << found.error;
  const std::string repeat = "replay main --seed 1 --index " +
                             std::to_string(found.Event("failure").value("index", uint64_t{0})) +
                             program;
  EXPECT_EQ(Weir(repeat + " --faults=spurious_wakeup").status, 1);
  EXPECT_EQ(Weir(repeat + " --no-faults").status, 0);
}

TEST(FaultFlags, HaveTheirNamesInTheList) {
  const WeirEnd list = Weir("list faults --json");
  ASSERT_EQ(list.status, 0);
  std::string all;
  for (const nlohmann::json& fault : list.Json()) {
    EXPECT_FALSE(fault.value("summary", "").empty()) << fault;
    all += (all.empty() ? "" : ",") + fault.value("fault", "");
  }
  EXPECT_EQ(all,
            "crash,restart,timeout,slow_thread,delayed_wakeup,spurious_wakeup,slow_process,stall,"
            "sluggish_wakeup,interrupted_wait,delayed_store,weak_compare,clock,failed_call,"
            "counters,service_state,full_ring");
  EXPECT_EQ(Weir("fuzz marker_burst --runs 1 --faults=" + all).status, 0);
}

}  // namespace
}  // namespace weir::sim
