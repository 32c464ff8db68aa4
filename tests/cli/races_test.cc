// Data races from end to end: told with both places, written down, repeated, shrunk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "tests/cli/weir_process.h"

namespace weir::sim {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

std::string Target(const std::string& program) { return " --target " + Program(program); }

// One failure of the program, in a folder of its own.
nlohmann::json Find(const std::string& program, const std::filesystem::path& folder,
                    const std::string& seed = "1") {
  const WeirEnd found =
      Weir("fuzz --runs 2000 --jobs 1 --json --seed " + seed + Target(program), folder);
  EXPECT_EQ(found.status, 1) << found.out << found.error;
  return found.Event("failure");
}

TEST(Races, AreToldWithBothPlacesAndStacks) {
  const std::filesystem::path folder = ScratchFolder("races");
  const std::string file = Find("data_race/double_checked_locking", folder).value("file", "");
  const WeirEnd end = Weir("replay " + file + Target("data_race/double_checked_locking"), folder);
  EXPECT_EQ(end.status, 1) << end.out << end.error;
  EXPECT_THAT(end.out,
              AllOf(ContainsRegex("data race: main/main(.1)? reads 8 bytes at g_table "
                                  ".double_checked_locking.cc:17., which main/main(.1)? wrote "
                                  ".double_checked_locking.cc:19."),
                    HasSubstr("(failed):"), HasSubstr("(the earlier access):"),
                    HasSubstr("Get  tests/programs/data_race/double_checked_locking.cc:19"),
                    HasSubstr("main  tests/programs/data_race/double_checked_locking.cc:")));
}

TEST(Races, WithAFreeAreToldAsOne) {
  const std::filesystem::path folder = ScratchFolder("races_freed");
  const nlohmann::json failure = Find("data_race/read_after_delete", folder);
  const std::string headline = failure.value("headline", "");
  EXPECT_THAT(headline,
              AnyOf(AllOf(HasSubstr("data race, use after free: "), HasSubstr(" reads 4 bytes at "),
                          HasSubstr(" freed (read_after_delete.cc:12)")),
                    AllOf(HasSubstr(" frees 4 bytes at "), HasSubstr("(read_after_delete.cc:12)"),
                          HasSubstr(", so it may be used after it is freed"))));
}

TEST(Races, AreWrittenDownShrunkAndRepeated) {
  // The only one of the programs that the default order does not show.
  const std::string program = "data_race/release_sequence_broken";
  const std::filesystem::path folder = ScratchFolder("races_shrunk");
  const nlohmann::json failure = Find(program, folder);
  const std::string file = failure.value("file", "");
  const WeirEnd repeated = Weir("replay " + file + " --times 100" + Target(program), folder);
  EXPECT_EQ(repeated.status, 1) << repeated.out << repeated.error;
  const WeirEnd minimized =
      Weir("minimize " + file + " -o minimal.weir.json" + Target(program), folder);
  ASSERT_EQ(minimized.status, 0) << minimized.out << minimized.error;
  const nlohmann::json schedule = nlohmann::json::parse(ReadAll(folder / "minimal.weir.json"));
  EXPECT_EQ(schedule["verdict"].value("kind", ""), "data_race");
  EXPECT_EQ(schedule["verdict"].value("signature", ""), failure.value("signature", ""));
  // The meddler runs before the reader, and after the release.
  EXPECT_GE(schedule["edits"].size(), 1u);
  const WeirEnd minimal = Weir("replay minimal.weir.json --times 100" + Target(program), folder);
  EXPECT_EQ(minimal.status, 1) << minimal.out << minimal.error;
}

TEST(Races, HaveOneNameWhicheverAccessCameFirst) {
  const std::filesystem::path folder = ScratchFolder("races_named");
  std::set<std::string> headlines;
  std::set<std::string> signatures;
  for (int seed = 1; seed <= 12; ++seed) {
    // The portfolio begins with the same order of whole threads, whatever the seed.
    const nlohmann::json failure =
        Weir("fuzz --strategy random --runs 2000 --jobs 1 --json --seed " + std::to_string(seed) +
                 Target("data_race/wrong_lock"),
             folder)
            .Event("failure");
    headlines.insert(failure.value("headline", ""));
    signatures.insert(failure.value("signature", ""));
  }
  EXPECT_GE(headlines.size(), 2u);  // the clerk's first, and the auditor's
  EXPECT_EQ(signatures.size(), 1u);
}

// The index of the first failing execution, median of five campaigns.
int64_t MedianOfFirstFailures(const std::string& program, const std::filesystem::path& folder) {
  std::vector<int64_t> first;
  for (int seed = 1; seed <= 5; ++seed) {
    const WeirEnd end =
        Weir("fuzz --strategy conflict --no-faults --runs 4000 --jobs 1 --json --seed " +
                 std::to_string(seed) + " --target cli/targets/" + program,
             folder);
    EXPECT_EQ(end.status, 1) << end.out << end.error;
    first.push_back(end.Event("failure").value("index", int64_t{4000}));
  }
  std::sort(first.begin(), first.end());
  return first[2];
}

// The threads wait before their first write, so that a count of the place's first accesses, whoever
// makes them, would be used up by the first four of the hundred: 1,188 executions instead of 40.
TEST(Races, LeaveEachThreadsFirstAccessAPointWhereManyWaitAtOnePlace) {
  const std::filesystem::path folder = ScratchFolder("races_many");
  const int64_t atomic = MedianOfFirstFailures("many_writers_atomic", folder);
  EXPECT_LE(MedianOfFirstFailures("many_writers_plain", folder), atomic * 6 / 5);
}

// One program says what Abseil orders, the other does not.
TEST(Races, AreToldBesideTheLibrariesWhoseOrderIsNotSeen) {
  const std::filesystem::path folder = ScratchFolder("races_unseen");
  const auto first_lines = [&](const std::string& target) {
    const WeirEnd end = Weir("fuzz --runs 1 --jobs 1 --seed 1 --target " + target, folder);
    return end.out;
  };
  const std::string note = "libabsl_synchronization.so.20220623 is not instrumented";
  EXPECT_THAT(first_lines("cli/targets/abseil_undeclared"), HasSubstr(note));
  EXPECT_THAT(Weir("doctor --target cli/targets/abseil_undeclared", folder).out, HasSubstr(note));
  EXPECT_THAT(first_lines(Program("pass/abseil_orders")),
              testing::Not(HasSubstr("libabsl_synchronization")));
}

// The one that accessed first called the library afterwards, as it would to hand on what it knows.
TEST(Races, NameTheCallsOfALibraryThatMayHaveOrderedTheTwo) {
  const std::filesystem::path folder = ScratchFolder("races_called");
  const auto report = [&](const std::string& target) {
    const WeirEnd end =
        Weir("fuzz --runs 200 --jobs 1 --seed 1 --target cli/targets/" + target, folder);
    EXPECT_EQ(end.status, 1) << end.out << end.error;
    return end.out;
  };
  EXPECT_THAT(
      report("abseil_undeclared"),
      testing::ContainsRegex("note: libabsl_synchronization.so.20220623 may order the two"
                             "[^\n]*\n *main/main[^\n]* called absl::[^\n]*Mutex::Unlock.. after"
                             " its access,\n *main/main[^\n]* called absl::[^\n]*Mutex::"));
  EXPECT_THAT(
      report("handed_task"),
      testing::ContainsRegex("note: libweir_tests_prebuilt.so may order the two[^\n]*\n *main/main "
                             "called PrebuiltStop.. after its access,\n *main/main.1 is a "
                             "thread of its own"));
  EXPECT_THAT(report("abseil_beside"),
              testing::AllOf(HasSubstr("data race"), testing::Not(HasSubstr("may order the two"))));
}

// Executions are functions of seed and index alone, also where memory accesses are points.
class RacesVerified : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(, RacesVerified,
                         testing::Values("data_race/release_sequence_broken",
                                         "data_race/two_processes", "assertion/suppressed_race",
                                         "assertion/volatile_increment", "pass/race_free_locks",
                                         "pass/race_free_memory_reuse", "pass/race_free_processes",
                                         "pass/volatile_spin"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '/', '_');
                           return name;
                         });

TEST_P(RacesVerified, ComeOutEqualInWarmAndColdProcesses) {
  const WeirEnd end = Weir("fuzz --verify --runs 300 --jobs 1 --seed 5" + Target(GetParam()));
  EXPECT_EQ(end.status, 0) << end.out << end.error;
}

// What is no point by itself is one where it was asked for: without VOLATILE nobody comes between
// the load and the store.
TEST(Races, AreNotLookedForWhereOnlyVolatilesWereAskedFor) {
  const std::filesystem::path folder = ScratchFolder("races_volatile");
  EXPECT_EQ(Find("assertion/volatile_increment", folder).value("verdict", ""), "assertion");
}

// The barrier synchronises whatever it shares between processes and threads.
class FenceMemory : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(, FenceMemory,
                         testing::Values("barrier_in_handler", "coordinator_dies", "counter_epochs",
                                         "crash_and_restart", "deadlines", "failing_calls",
                                         "full_ring", "last_to_leave", "late_join_and_leave",
                                         "marker_burst", "mixed_modes", "overlapping_groups",
                                         "processing_all", "rapid_reuse", "slow_reader_start",
                                         "spoilt_memory"),
                         [](const auto& info) { return std::string(info.param); });

// fence-memory with one memory order weakened.
TEST(Races, OfARelaxedPublicationInTheBarrierAreFound) {
  const WeirEnd end = Weir(
      "fuzz marker_burst --jobs 1 --seed 1 --runs 200"
      " --target cli/targets/relaxed_publication");
  EXPECT_EQ(end.status, 1) << end.out << end.error;
  EXPECT_THAT(end.out, testing::AllOf(testing::HasSubstr("data race"),
                                      testing::HasSubstr("RingReader::Read")));
}

TEST_P(FenceMemory, HasNoDataRace) {
  const WeirEnd end = Weir(std::string("fuzz ") + GetParam() +
                           " --target fence-memory --jobs 1 --seed 1 --runs 200");
  EXPECT_EQ(end.status, 0) << end.out << end.error;
}

}  // namespace
}  // namespace weir::sim
