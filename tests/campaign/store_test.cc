#include "sim/campaign/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "sim/campaign/catalogue.h"

namespace weir::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

Schedule Failure(uint64_t index) {
  Schedule schedule;
  schedule.tool = "test";
  schedule.target = "fence";
  schedule.scenario = "s";
  schedule.origin.index = index;
  schedule.verdict = {VerdictKind::kDeadlock, "deadlock-1", "they wait", ""};
  return schedule;
}

class StoreTest : public ::testing::Test {
 protected:
  // Of this process alone: ctest runs the tests of this file side by side.
  StoreTest()
      : directory_(fs::path(::testing::TempDir()) / absl::StrCat("weir_store_test.", getpid())) {
    fs::remove_all(directory_);
  }
  ~StoreTest() override { fs::remove_all(directory_); }
  const fs::path directory_;
};

TEST_F(StoreTest, KeepsAFailureUnderItsSignature) {
  const Store store = *Store::Open(directory_.string());
  const std::string found = *store.PutFound(Failure(17));
  EXPECT_TRUE(fs::exists(found));
  const std::string first = *store.MakeFirst(found);
  EXPECT_EQ(first, (directory_ / "failures/deadlock-1/first.weir.json").string());
  EXPECT_FALSE(fs::exists(found));
  EXPECT_EQ(ReadSchedule(first)->origin.index, 17u);
}

// Nothing is lost: neither what is damaged, nor what another target has left under the same name.
TEST_F(StoreTest, KeepsWhatIsOfSomethingElseBesideTheFirst) {
  const Store store = *Store::Open(directory_.string());
  const fs::path folder = directory_ / "failures/deadlock-1";
  Schedule other = Failure(1);
  other.target = "other";
  ASSERT_TRUE(store.MakeFirst(*store.PutFound(other)).ok());
  ASSERT_TRUE(store.MakeFirst(*store.PutFound(Failure(2))).ok());
  EXPECT_EQ(ReadSchedule((folder / "kept-1.weir.json").string())->target, "other");

  std::ofstream(folder / "first.weir.json") << "{\"weir\": 1, ";
  ASSERT_TRUE(store.MakeFirst(*store.PutFound(Failure(3))).ok());
  EXPECT_EQ(fs::file_size(folder / "kept-2.weir.json"), 12u);
  EXPECT_EQ(ReadSchedule((folder / "first.weir.json").string())->origin.index, 3u);

  ASSERT_TRUE(store.MakeFirst(*store.PutFound(Failure(4))).ok());
  EXPECT_FALSE(fs::exists(folder / "kept-3.weir.json"));
}

TEST_F(StoreTest, SaysWhereItCannotWrite) {
  const absl::StatusOr<Store> store = Store::Open("/proc/no/such");
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(store.status().message()), HasSubstr("/proc/no/such"));
}

TEST_F(StoreTest, AnEmptyDirectoryOfItsOwnIsRemovedAgain) {
  Store::Open(directory_.string())->RemoveIfEmpty();
  EXPECT_FALSE(fs::exists(directory_));
  fs::create_directories(directory_);
  Store::Open(directory_.string())->RemoveIfEmpty();
  EXPECT_TRUE(fs::exists(directory_));
}

TEST(ShellWord, QuotesWhatAShellWouldTakeApart) {
  EXPECT_EQ(ShellWord("a/b-c.json"), "a/b-c.json");
  EXPECT_EQ(ShellWord("a b"), "'a b'");
  EXPECT_EQ(ShellWord("it's"), "'it'\\''s'");
  EXPECT_EQ(ShellWord(""), "''");
}

TEST(Catalogue, ReadsTheExpectedVerdictOfABug) {
  EXPECT_EQ(ExpectedVerdictIn("# Bug\n\nverdict: deadlock\n"), "deadlock");
  EXPECT_EQ(ExpectedVerdictIn("Verdict: `assertion` (missed_marker)"), "assertion missed_marker");
  EXPECT_EQ(ExpectedVerdictIn("verdict: deadlock or assertion (missed_marker, mostly)"),
            "deadlock or assertion missed_marker");
  EXPECT_EQ(ExpectedVerdictIn("no such line"), "");
}

TEST(Catalogue, ReadsTheScenariosOfABug) {
  const std::vector<std::string> two = {"full_ring", "rapid_reuse"};
  EXPECT_EQ(ScenariosIn("# Bug\n\nscenario: full_ring, rapid_reuse\nverdict: deadlock\n"), two);
  EXPECT_EQ(ScenariosIn("no such line"), std::vector<std::string>{});
}

}  // namespace
}  // namespace weir::sim
