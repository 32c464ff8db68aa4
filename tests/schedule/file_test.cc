#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "sim/schedule/schedule.h"
#include "tests/schedule/samples.h"

namespace weir::sim {
namespace {

namespace fs = std::filesystem;

class ScheduleFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              ("schedule_file_" + std::to_string(getpid()) + "_" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  size_t Entries() const {
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
  static std::string Content(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  fs::path folder_;
};

TEST_F(ScheduleFile, IsReadAsItWasWritten) {
  ASSERT_TRUE(WriteSchedule(SampleSchedule(), Path("a.weir.json")).ok());
  EXPECT_EQ(Content(Path("a.weir.json")), kSampleText);
  const absl::StatusOr<Schedule> read = ReadSchedule(Path("a.weir.json"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, SampleSchedule());
  EXPECT_EQ(Entries(), 1u);
}

TEST_F(ScheduleFile, ReplacesAnOlderOneWhole) {
  std::ofstream(Path("a.weir.json")) << std::string(100'000, 'x');
  ASSERT_TRUE(WriteSchedule(SampleSchedule(), Path("a.weir.json")).ok());
  EXPECT_EQ(Content(Path("a.weir.json")), kSampleText);
  EXPECT_EQ(Entries(), 1u);
}

TEST_F(ScheduleFile, InAFolderThatIsNotThereIsAnErrorWithItsPath) {
  const absl::Status status = WriteSchedule(SampleSchedule(), Path("no/a.weir.json"));
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(),
            "cannot write " + Path("no/a.weir.json") + ": No such file or directory");
  EXPECT_EQ(Entries(), 0u);
}

TEST_F(ScheduleFile, ThatCanNotBeReplacedLeavesNothingBehind) {
  fs::create_directories(folder_ / "a.weir.json" / "full");  // a folder stands in its place
  const absl::Status status = WriteSchedule(SampleSchedule(), Path("a.weir.json"));
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(Entries(), 1u);
  EXPECT_TRUE(fs::is_directory(folder_ / "a.weir.json"));
}

TEST_F(ScheduleFile, IsWrittenThoughAnEarlierProcessLeftItsTemporaryFile) {
  std::ofstream(Path("a.weir.json." + std::to_string(getpid()) + ".tmp")) << "half";
  ASSERT_TRUE(WriteSchedule(SampleSchedule(), Path("a.weir.json")).ok());
  EXPECT_EQ(Content(Path("a.weir.json")), kSampleText);
  EXPECT_EQ(Entries(), 1u);
}

TEST_F(ScheduleFile, ThatIsNotThereIsNotFound) {
  const absl::StatusOr<Schedule> read = ReadSchedule(Path("none.weir.json"));
  EXPECT_EQ(read.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(read.status().message(),
            "cannot read " + Path("none.weir.json") + ": No such file or directory");
}

TEST_F(ScheduleFile, ThatIsAFolderIsAnError) { EXPECT_FALSE(ReadSchedule(folder_.string()).ok()); }

TEST_F(ScheduleFile, NamesItselfInErrors) {
  std::ofstream(Path("bad.weir.json")) << "{\n  \"weir\": 3\n}\n";
  const absl::StatusOr<Schedule> read = ReadSchedule(Path("bad.weir.json"));
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(
      read.status().message(),
      Path("bad.weir.json") + ":2: weir: format version 3 is newer than this weir, which reads 1");
}

}  // namespace
}  // namespace weir::sim
