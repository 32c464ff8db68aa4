#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "sim/schedule/schedule.h"
#include "tests/schedule/samples.h"

namespace weir::sim {
namespace {

TEST(Format, WritesWhatTheFormatPagePromises) {
  EXPECT_EQ(FormatSchedule(SampleSchedule()), kSampleText);
}

TEST(Format, ReadingGivesBackWhatWasWritten) {
  const absl::StatusOr<Schedule> read = ParseSchedule(kSampleText, "sample");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, SampleSchedule());
}

TEST(Format, AnyScheduleSurvivesWritingAndReading) {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    const Schedule schedule = RandomSchedule(random);
    const std::string text = FormatSchedule(schedule);
    const absl::StatusOr<Schedule> read = ParseSchedule(text, "random");
    ASSERT_TRUE(read.ok()) << "seed " << seed << ": " << read.status() << "\n" << text;
    ASSERT_EQ(*read, schedule) << "seed " << seed << "\n" << text;
    ASSERT_EQ(FormatSchedule(*read), text) << "seed " << seed;
  }
}

TEST(Format, AnEmptyScheduleHasNoLinesForEdits) {
  Schedule schedule;
  schedule.scenario = "main";
  const std::string text = FormatSchedule(schedule);
  EXPECT_NE(text.find("\"edits\": [],"), std::string::npos) << text;
  EXPECT_EQ(text.find("\"threads\""), std::string::npos) << text;
  const absl::StatusOr<Schedule> read = ParseSchedule(text, "empty");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, schedule);
}

TEST(Format, DeletingAnEditDeletesOneLine) {
  Schedule schedule = SampleSchedule();
  const std::string before = FormatSchedule(schedule);
  schedule.edits.erase(schedule.edits.begin() + 1);
  const std::string after = FormatSchedule(schedule);
  EXPECT_EQ(std::count(before.begin(), before.end(), '\n'),
            std::count(after.begin(), after.end(), '\n') + 1);
  const size_t line =
      before.find("    {\"thread\": \"worker-0/reader-1\", \"kind\": \"atomic_load\"");
  ASSERT_NE(line, std::string::npos);
  std::string expected = before;
  expected.erase(line, before.find('\n', line) + 1 - line);
  EXPECT_EQ(after, expected);
}

TEST(Format, LeavesOutNamesThatCouldNotBeReadBack) {
  Schedule schedule = SampleSchedule();
  schedule.thread_names = {{"worker-0/main.2", "time"},           // a word of the format
                           {"worker-0/main", "worker-0/main.2"},  // another thread's path
                           {"coordinator/main", "c\xFF"},         // not UTF-8
                           {"x", "same"},
                           {"y", "same"}};
  const absl::StatusOr<Schedule> read = ParseSchedule(FormatSchedule(schedule), "names");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->edits, schedule.edits);
  ASSERT_EQ(read->thread_names.size(), 1u);
  EXPECT_EQ(read->thread_names[0].first, "x");
}

TEST(Format, AMessageThatIsNotUtf8DoesNotSpoilTheFile) {
  Schedule schedule = SampleSchedule();
  schedule.verdict.message = "got \xC3\x28 and \xFF";
  const std::string text = FormatSchedule(schedule);
  const absl::StatusOr<Schedule> read = ParseSchedule(text, "utf8");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(FormatSchedule(*read), text);
}

TEST(DisplayName, IsTheTargetsNameWhereThereIsOne) {
  const Schedule schedule = SampleSchedule();
  EXPECT_EQ(DisplayName(schedule, "worker-0/main.2"), "worker-0/reader-1");
  EXPECT_EQ(DisplayName(schedule, "worker-0/main"), "worker-0/main");
}

TEST(CheckpointStep, SpreadsEvenlyAndEndsAtTheLastPoint) {
  EXPECT_EQ(CheckpointStep(100, 4, 0), 25u);
  EXPECT_EQ(CheckpointStep(100, 4, 3), 100u);
  EXPECT_EQ(CheckpointStep(5, 5, 0), 1u);
  EXPECT_EQ(CheckpointStep(~uint64_t{0}, 32, 31), ~uint64_t{0});
}

}  // namespace
}  // namespace weir::sim
