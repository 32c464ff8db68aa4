#include "sim/view/story.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "sim/view/grid.h"

namespace weir::sim {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

StoryEvent Event(uint64_t step, size_t thread, const char* what, const char* object = "") {
  StoryEvent event;
  event.step = step;
  event.thread = thread;
  event.what = what;
  event.object = object;
  return event;
}

TEST(Story, GivesEachThreadAColumn) {
  Story story;
  story.threads = {"main", "worker"};
  story.events = {Event(1, 0, "mutex_lock", "m"), Event(2, 1, "mutex_lock", "m")};
  const std::string table = StoryTable(story, {});
  std::istringstream lines(table);
  std::string head, rule, first, second;
  std::getline(lines, head);
  std::getline(lines, rule);
  std::getline(lines, first);
  std::getline(lines, second);
  EXPECT_EQ(first.find("mutex_lock m"), head.find("main"));
  EXPECT_EQ(second.find("mutex_lock m"), head.find("worker"));
}

TEST(Story, FoldsWhatAThreadRepeats) {
  Story story;
  story.threads = {"main"};
  for (uint64_t i = 1; i <= 5; ++i) story.events.push_back(Event(i, 0, "atomic_load", "x"));
  EXPECT_THAT(StoryTable(story, {}), HasSubstr("atomic_load x ×5"));
}

TEST(Story, TellsTheEndAndWhatSurroundsAnEditAndCountsTheRest) {
  Story story;
  story.threads = {"main"};
  for (uint64_t i = 1; i <= 100; ++i) {
    story.events.push_back(Event(i, 0, i % 2 == 0 ? "mutex_lock" : "mutex_unlock"));
  }
  story.events[49].edit = "worker runs next";
  const std::string table = StoryTable(story, {.last = 2, .around_edits = 1});
  EXPECT_THAT(table, HasSubstr("⋮ 48 points\n"));  // 1 … 48
  EXPECT_THAT(table, HasSubstr("*50 "));
  EXPECT_THAT(table, HasSubstr("* weir: worker runs next"));
  EXPECT_THAT(table, HasSubstr("⋮ 47 points\n"));  // 52 … 98
}

TEST(Story, AbbreviatesLongNamesAndSpellsThemOutBelow) {
  Story story;
  story.threads = {"main"};
  story.events = {Event(1, 0, "mutex_lock", "coordinator/main:17+0x1240"),
                  Event(2, 0, "mutex_lock", "fence.so+0x4030 (queue)")};
  const std::string table = StoryTable(story, {});
  EXPECT_THAT(table, HasSubstr("mutex_lock A\n"));
  EXPECT_THAT(table, HasSubstr("mutex_lock queue\n"));
  EXPECT_THAT(table, HasSubstr("  A = coordinator/main:17+0x1240\n"));
  EXPECT_THAT(table, HasSubstr("  queue = fence.so+0x4030\n"));
}

TEST(Story, ShowsTheActorsAndTheMostRecentOthers) {
  Story story;
  story.actors = {0};
  for (size_t thread = 0; thread < 9; ++thread) {
    story.threads.push_back("thread-" + std::to_string(thread));
    story.events.push_back(Event(thread + 1, thread, "yield"));
  }
  const std::string table = StoryTable(story, {.width = 60, .column_width = 20});
  EXPECT_THAT(table, HasSubstr("thread-0"));
  EXPECT_THAT(table, HasSubstr("thread-8"));
  EXPECT_THAT(table, HasSubstr("thread-7"));
  EXPECT_THAT(table, Not(HasSubstr("thread-6")));
  EXPECT_THAT(table, HasSubstr("(6 threads are not shown)"));
}

TEST(Story, WhoeverTakesPartHasAColumnWhateverTheWidth) {
  Story story;
  story.actors = {0};
  for (size_t thread = 0; thread < 9; ++thread) {
    story.threads.push_back("thread-" + std::to_string(thread));
    story.events.push_back(Event(thread + 1, thread, "yield"));
  }
  story.events[2].edit = "thread-3 runs next";
  story.events[5].edit = "thread-6 runs next";
  const std::string table = StoryTable(story, {.width = 60, .column_width = 20});
  for (const char* actor : {"thread-0", "thread-2", "thread-3", "thread-5", "thread-6"}) {
    EXPECT_THAT(table, HasSubstr(std::string(actor) + " "));
  }
  EXPECT_THAT(table, HasSubstr("(4 threads are not shown)"));
}

TEST(Story, AnInterruptedThreadsConflictsAreToldUntilItGoesOn) {
  Story story;
  story.threads = {"reader", "writer"};
  story.events.push_back(Event(1, 0, "about to load", "flag"));
  story.events[0].edit = "writer runs next";
  for (uint64_t i = 2; i <= 50; ++i) {
    story.events.push_back(Event(i, 1,
                                 i == 25      ? "store"
                                 : i % 2 == 0 ? "lock"
                                              : "unlock",
                                 i == 25 ? "flag" : "m"));
  }
  story.events.push_back(Event(51, 0, "load", "flag"));
  for (uint64_t i = 52; i <= 90; ++i) {
    story.events.push_back(Event(i, 0, i % 2 == 0 ? "lock" : "unlock", "n"));
  }
  const std::string table = StoryTable(story, {.last = 1});
  EXPECT_THAT(table, HasSubstr("store flag"));
  EXPECT_THAT(table, HasSubstr("\n51 "));
}

TEST(Story, WithoutEditsItTellsWhatOthersHadDoneToTheSameObjects) {
  Story story;
  story.threads = {"main", "worker"};
  story.actors = {1};
  for (uint64_t i = 1; i <= 50; ++i) {
    const bool decides = i == 10;
    story.events.push_back(
        Event(i, 0, i % 2 == 0 ? "lock" : "unlock", decides ? "first" : "other"));
  }
  story.events.push_back(Event(51, 1, "lock", "first"));
  story.events.back().note = "waits for main";
  EXPECT_THAT(StoryTable(story, {.last = 1, .last_of_others = 1}), HasSubstr("\n10 "));
  story.events[40].edit = "worker runs next";
  EXPECT_THAT(StoryTable(story, {.last = 1, .last_of_others = 1}), Not(HasSubstr("\n10 ")));
}

TEST(Story, WhatIsObservedTakesNoPointsPlace) {
  Story story;
  story.threads = {"main"};
  for (uint64_t i = 1; i <= 20; ++i) {
    story.events.push_back(Event(i, 0, i == 10 ? "decides" : i % 2 == 0 ? "lock" : "unlock"));
  }
  for (int i = 0; i < 40; ++i) {
    story.events.push_back(Event(20, 0, ("observes " + std::to_string(i)).c_str()));
    story.events.back().remark = true;
  }
  EXPECT_THAT(StoryTable(story, {.last = 6}), AllOf(HasSubstr("\n10 "), Not(HasSubstr("\n8 "))));
}

TEST(Story, MarksWhatFailed) {
  Story story;
  story.threads = {"main"};
  story.events = {Event(1, 0, "lock"), Event(1, 0, "assertion fails"), Event(2, 0, "lock")};
  story.events[1].fails = true;
  EXPECT_THAT(StoryTable(story, {}), HasSubstr("assertion fails ✗\n"));
}

TEST(Story, TimeIsToldOnlyWhereItPasses) {
  Story story;
  story.threads = {"main"};
  story.events = {Event(1, 0, "lock"), Event(2, 0, "sleep")};
  EXPECT_THAT(StoryTable(story, {}), Not(HasSubstr("time")));
  story.events[1].time_ns = 5;
  EXPECT_THAT(StoryTable(story, {}), HasSubstr("time"));
}

TEST(Story, StaysWithinItsWidth) {
  Story story;
  story.threads = {"coordinator/main", "worker-0/main", "worker-1/main", "worker-0/reader"};
  for (uint64_t i = 1; i <= 40; ++i) {
    StoryEvent event = Event(i, i % 4, "atomic_compare", "segment+0x1240");
    event.place = "some_rather_long_file_name.cc:1234";
    event.result = "1";
    story.events.push_back(event);
  }
  for (const size_t width : {80, 120, 160}) {
    std::istringstream lines(StoryTable(story, {.width = width}));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(TextWidth(line), width) << line;
  }
}

TEST(Story, OfNothingIsAHead) { EXPECT_THAT(StoryTable({}, {}), HasSubstr("point")); }

TEST(Grid, WrapsAtBlanksAndElseAnywhere) {
  EXPECT_THAT(Wrap("mutex_lock A reader.cc:88", 12), ElementsAre("mutex_lock A", "reader.cc:88"));
  EXPECT_THAT(Wrap("abcdefgh", 3), ElementsAre("abc", "def", "gh"));
  EXPECT_THAT(Wrap("äöüäöü", 3), ElementsAre("äöü", "äöü"));
  EXPECT_THAT(Wrap("coordinator/reader-0", 14), ElementsAre("coordinator/", "reader-0"));
  EXPECT_THAT(Wrap("", 3), ElementsAre(""));
}

TEST(Grid, NeverBreaksALineNumber) {
  EXPECT_THAT(Wrap("lock place.cc:14", 14), ElementsAre("lock", "place.cc:14"));
  // Not even where the file's name itself must be broken, wherever the end of the line falls.
  EXPECT_THAT(Wrap("long_name.cc:14", 14), ElementsAre("long_name.c", "c:14"));
  EXPECT_THAT(Wrap("long_name.cc:14", 13), ElementsAre("long_name.c", "c:14"));
  EXPECT_THAT(Wrap("long_name.cc:14", 12), ElementsAre("long_name.c", "c:14"));
  EXPECT_THAT(Wrap("a/long_name.cc:14", 14), ElementsAre("a/", "long_name.c", "c:14"));
}

TEST(TimeText, ChoosesAUnit) {
  EXPECT_EQ(TimeText(740), "740 ns");
  EXPECT_EQ(TimeText(12'000'000), "12.000 ms");
  EXPECT_EQ(TimeText(18'000'000'000'000), "18000.000 s");
}

}  // namespace
}  // namespace weir::sim
