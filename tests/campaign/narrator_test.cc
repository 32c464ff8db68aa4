#include "sim/campaign/narrator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class Narration : public testing::Test {
 protected:
  Narration() {
    for (const char* name : {"main/main", "main/main.1", "main/main.2"}) {
      trace_.threads.push_back({name, name});
    }
  }

  void Add(uint32_t thread, Op op) {
    TraceEvent event;
    event.step = trace_.events.size() + 1;
    event.thread = thread;
    event.op = op;
    trace_.events.push_back(event);
  }

  // Decided after the last event so far, at a point of its own or an earlier one.
  void Choose(uint64_t step, const char* runs, bool blocked = false) {
    Edit edit;
    edit.blocked = blocked;
    edit.choice = {EditChoice::Kind::kRun, runs, 0};
    Note(step, edit);
  }
  void Wake(uint64_t step, Choice waiter) {
    Edit edit;
    edit.choice = {EditChoice::Kind::kWake, "", waiter};
    Note(step, edit);
  }

  // A deadlock in which each thread is at a lock; who waits for whom is the test's.
  void AllAtALock() {
    report_.verdict.kind = VerdictKind::kDeadlock;
    for (uint32_t thread = 0; thread < trace_.threads.size(); ++thread) {
      Add(thread, Op::kMutexLock);
      Waiter waiter;
      waiter.name = trace_.threads[thread].name;
      waiter.op = Op::kMutexLock;
      report_.waiters.push_back(waiter);
    }
  }

  // "1 main/main: mutex_lock [weir's choice]".
  std::vector<std::string> Tell() {
    const Story story = MakeStory(trace_, schedule_, report_, nullptr, nullptr);
    actors_ = story.actors;
    std::vector<std::string> rows;
    for (const StoryEvent& event : story.events) {
      std::string row =
          std::to_string(event.step) + " " + std::to_string(event.thread) + ": " + event.what;
      if (!event.place.empty()) row += " at " + event.place;
      if (!event.edit.empty()) row += " [" + event.edit + "]";
      if (!event.note.empty()) row += " … " + event.note;
      rows.push_back(row + (event.fails ? " ✗" : ""));
    }
    return rows;
  }

  void Note(uint64_t step, const Edit& edit) {
    const uint32_t thread = trace_.events[step - 1].thread;
    trace_.edits.push_back(
        {static_cast<uint32_t>(schedule_.edits.size()), thread, step, trace_.events.back().step});
    schedule_.edits.push_back(edit);
  }

  Trace trace_;
  Schedule schedule_;
  Report report_;
  std::vector<size_t> actors_;
};

TEST_F(Narration, TwoEditsAtOnePointAreToldEachAtItsTime) {
  Add(0, Op::kFutexWake);
  Choose(1, "main/main.1");  // before it wakes anybody
  Add(1, Op::kAtomicStore);
  Wake(1, 1);  // when it goes on
  Add(2, Op::kAtomicLoad);
  EXPECT_THAT(Tell(),
              ElementsAre("1 0: about to futex_wake [main/main.1 runs next]", "2 1: atomic_store",
                          "1 0: futex_wake [wakes waiter 2 of the queue]", "3 2: atomic_load"));
}

TEST_F(Narration, TwoEditsAtOneTimeAreOneRow) {
  Add(0, Op::kFutexWake);
  Wake(1, 1);
  Choose(1, "main/main.1");
  Add(1, Op::kAtomicStore);
  Add(0, Op::kThreadExit);
  EXPECT_THAT(
      Tell(),
      ElementsAre(
          "1 0: about to futex_wake [wakes waiter 2 of the queue; then main/main.1 runs next]",
          "2 1: atomic_store", "1 0: futex_wake", "3 0: thread_exit"));
}

TEST_F(Narration, AThreadThatGoesOnAndWaitsAgainSaysSo) {
  Add(0, Op::kCondWait);
  Choose(1, "main/main.1", true);
  Add(1, Op::kCondSignal);
  Choose(1, "main/main.2", true);  // its mutex is taken
  Add(2, Op::kMutexUnlock);
  EXPECT_THAT(Tell(), ElementsAre("1 0: cond_wait [main/main.1 runs next]", "2 1: cond_signal",
                                  "1 0: goes on in cond_wait [main/main.2 runs next]",
                                  "3 2: mutex_unlock"));
}

TEST_F(Narration, WhatFailedHasARowAtItsOwnPlace) {
  Add(1, Op::kMutexUnlock);
  report_.verdict.kind = VerdictKind::kAssertion;
  report_.thread = "main/main.1";
  report_.last = {"assertion fails", "place.cc:14", ""};
  EXPECT_THAT(Tell(), ElementsAre("1 1: mutex_unlock", "1 1: assertion fails at place.cc:14 ✗"));
  EXPECT_THAT(actors_, ElementsAre(1));
}

TEST_F(Narration, WhatFailedIsTheLastPointWhereThatIsThePlace) {
  Add(0, Op::kMutexUnlock);
  report_.verdict.kind = VerdictKind::kMutexMisuse;
  report_.thread = "main/main";
  report_.last = {"misuse (unlock not owner)", "", ""};
  EXPECT_THAT(Tell(), ElementsAre("1 0: mutex_unlock ✗"));
}

TEST_F(Narration, WhoIsInTheCircleTakesPartAndWhoOnlyLeadsToItDoesNot) {
  AllAtALock();
  report_.waiters[0].waits_for = {1};
  report_.waiters[1].waits_for = {2};
  report_.waiters[2].waits_for = {1};
  EXPECT_THAT(Tell(), ElementsAre("1 0: mutex_lock … waits for main/main.1",
                                  "2 1: mutex_lock … waits for main/main.2",
                                  "3 2: mutex_lock … waits for main/main.1"));
  EXPECT_THAT(actors_, UnorderedElementsAre(1, 2));
}

TEST_F(Narration, WithoutACircleWhoHoldsWhatOthersWaitForTakesPart) {
  AllAtALock();
  report_.waiters[0].op = Op::kThreadJoin;
  report_.waiters[0].waits_for = {2};
  report_.waiters[1].waits_for = {2};
  report_.waiters[2].op = Op::kCondWait;
  Tell();
  EXPECT_THAT(actors_, UnorderedElementsAre(1, 2));
}

TEST_F(Narration, TheOtherAccessOfARaceTakesPart) {
  Add(0, Op::kMemoryRead);
  Add(2, Op::kMemoryRead);
  report_.verdict.kind = VerdictKind::kDataRace;
  report_.thread = "main/main.2";
  report_.last = {"reads 8 bytes at x", "", "main/main freed it (a.cc:3)"};
  report_.stacks.push_back({.name = "main/main", .role = "the earlier access"});
  EXPECT_THAT(Tell(),
              ElementsAre("1 0: memory_read", "2 2: memory_read … main/main freed it (a.cc:3) ✗"));
  EXPECT_THAT(actors_, UnorderedElementsAre(0, 2));
}

TEST_F(Narration, WhoKillsAndWhoIsKilledTakePart) {
  trace_.threads[2] = {"worker-0/main", "worker-0/main"};
  Add(2, Op::kAtomicLoad);
  Add(0, Op::kProcessKill);
  trace_.events.back().object = {ObjectKey::Space::kProcess, PathHash("worker-0"), 0, 0};
  Add(1, Op::kAtomicLoad);
  Tell();
  EXPECT_THAT(actors_, UnorderedElementsAre(0, 2));
}

}  // namespace
}  // namespace weir::sim
