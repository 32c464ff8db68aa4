// Two failures of one kind in one program are two buckets, and each is minimised to itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "tests/cli/weir_process.h"

namespace weir::sim {
namespace {

using ::testing::HasSubstr;

class TwoOfEach : public testing::TestWithParam<const char*> {
 protected:
  TwoOfEach() : folder_(ScratchFolder("two_of_each")) {}
  ~TwoOfEach() override { std::filesystem::remove_all(folder_); }

  const std::filesystem::path folder_;
  const std::string target_ = " --target cli/targets/two_of_each --json ";
};
INSTANTIATE_TEST_SUITE_P(, TwoOfEach,
                         testing::Values("crash", "exception", "aborted", "terminated", "overflow",
                                         "helper", "livelock", "race", "deadlock"),
                         [](const auto& info) { return std::string(info.param); });

// Each half of the executions fails in its way; of the deadlocks some. 2^-60 for one never to come.
TEST_P(TwoOfEach, AreTwoBucketsAndEachIsMinimisedToItself) {
  const WeirEnd found = Weir(std::string("fuzz ") + GetParam() + target_ +
                                 "--keep-going --runs 120 --seed 1 --jobs 1 --campaign c",
                             folder_);
  ASSERT_EQ(found.status, 1) << found.out << found.error;
  std::set<std::string> signatures;
  for (const nlohmann::json& event : found.Json()) {
    if (event.value("event", "") != "failure") continue;
    const std::string signature = event.value("signature", "");
    signatures.insert(signature);
    const WeirEnd small = Weir("minimize" + target_ + event.value("file", ""), folder_);
    ASSERT_EQ(small.status, 0) << small.out << small.error;
    EXPECT_EQ(small.Event("end").value("signature", ""), signature);
  }
  EXPECT_EQ(signatures.size(), 2u) << found.out;
}

// Two threads wait at other places in every second execution, but not for what has happened.
TEST(Deadlock, OfALostWakeIsNamedByWhoWaitsForWhatHasHappened) {
  const std::filesystem::path folder = ScratchFolder("lost_wake");
  const WeirEnd found = Weir(
      "fuzz --target cli/targets/lost_wake --keep-going --runs 40 --seed 1 --jobs 1 --no-faults "
      "--json --campaign c",
      folder);
  ASSERT_EQ(found.status, 1) << found.out << found.error;
  EXPECT_THAT(found.Event("failure").value("signature", ""), HasSubstr("deadlock-Wait-"));
  EXPECT_EQ(found.Event("end").value("signatures", 0), 1) << found.out;
  EXPECT_EQ(found.Event("end").value("failures", 0), 40) << found.out;
  std::filesystem::remove_all(folder);
}

// The signature is the check's, and what it hinges on tells the two reasons apart. Each seed comes
// to one of them: 2^-7 for the same one in all eight.
TEST(MinimalIdentity, TellsTwoReasonsBehindOneCheckApart) {
  const std::filesystem::path folder = ScratchFolder("one_check");
  const std::string target = " --target cli/targets/two_of_each --json ";
  std::set<std::string> signatures, identities;
  for (int seed = 1; seed <= 8; ++seed) {
    const WeirEnd found = Weir("fuzz one_check --runs 200 --jobs 1 --campaign c" + target +
                                   "--seed " + std::to_string(seed),
                               folder);
    const std::string file = found.Event("failure").value("file", "");
    const WeirEnd small = Weir("minimize" + target + file, folder);
    ASSERT_EQ(small.status, 0) << found.out << small.out << small.error;
    signatures.insert(small.Event("end").value("signature", ""));
    identities.insert(small.Event("end").value("identity", ""));
  }
  EXPECT_EQ(signatures.size(), 1u);
  EXPECT_EQ(identities.size(), 2u);
  std::filesystem::remove_all(folder);
}

// Nothing else differs: neither has an edit, and both are woken at one place.
TEST(MinimalIdentity, TellsWhatWhoeverWokeTheFailedThreadHadSeen) {
  const std::filesystem::path folder = ScratchFolder("woken_early");
  std::set<std::string> signatures, identities;
  for (const std::string target : {"woken_early_met", "woken_early_unsaid"}) {
    const std::string of = " --json --target cli/targets/" + target + " ";
    for (const char* seed : {"1", "2", "3"}) {
      const WeirEnd found =
          Weir("fuzz --runs 200 --jobs 1 --campaign c --seed " + std::string(seed) + of, folder);
      const WeirEnd small =
          Weir("minimize" + of + found.Event("failure").value("file", ""), folder);
      ASSERT_EQ(small.status, 0) << found.out << small.out << small.error;
      EXPECT_EQ(small.Event("end")["after"].value("edits", -1), 0);
      signatures.insert(small.Event("end").value("signature", ""));
      identities.insert(small.Event("end").value("identity", ""));
    }
  }
  EXPECT_EQ(signatures.size(), 1u);
  EXPECT_EQ(identities.size(), 2u);
  std::filesystem::remove_all(folder);
}

// What the minimiser tries on the way is kept.
TEST(AlsoFound, IsKeptBesideWhatIsMinimised) {
  const std::filesystem::path folder = ScratchFolder("also_found");
  const std::string target = " --target cli/targets/two_of_each ";
  const WeirEnd found = Weir(
      "fuzz crash --keep-going --runs 60 --seed 1 --jobs 1 --json --campaign c" + target, folder);
  std::vector<std::string> files;
  for (const nlohmann::json& event : found.Json()) {
    if (event.value("event", "") == "failure") files.push_back(event.value("file", ""));
  }
  ASSERT_EQ(files.size(), 2u) << found.out;
  // The one that the default schedule does not come to; without its edit it is the other.
  const bool first_has_edit = ReadAll(folder / files[0]).find("\"value\"") != std::string::npos;
  const WeirEnd small =
      Weir("minimize -o m.weir.json" + target + files[first_has_edit ? 0 : 1], folder);
  ASSERT_EQ(small.status, 0) << small.out << small.error;
  EXPECT_THAT(small.out, HasSubstr("also found: crash-"));
  EXPECT_THAT(small.out, HasSubstr("; kept in also-found"));
  std::vector<std::filesystem::path> kept;
  for (const auto& file : std::filesystem::directory_iterator(folder / "also-found")) {
    kept.push_back(file.path());
  }
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(Weir("replay" + target + kept[0].string(), folder).status, 1);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace weir::sim
