// How members come, go and are seen, with several Process objects in one address space.
#include "fence/process.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/fence/soon.h"
#include "tests/fence/team.h"

namespace fence {
namespace {

using std::chrono::milliseconds;

TEST(Leave, CompletesTheOthersBarriersAndFailsTheLeaversOwn) {
  Team team("leave");
  Process& coordinator = team.Start(team.Member(0));
  Process& staying = team.Start(team.Member(1));
  Process& leaving = team.Start(team.Member(2));
  std::thread a([&] {
    EXPECT_EQ(coordinator.Barrier("b", Mode::kDelivery).phases.delivery, Phase::kDowngraded);
  });
  std::thread b([&] { EXPECT_TRUE(staying.Barrier("b", Mode::kDelivery).status.ok()); });
  std::thread c([&] {
    EXPECT_EQ(leaving.Barrier("c", Mode::kRendezvous).status.code(), absl::StatusCode::kCancelled);
  });
  const auto has_round = [&](const char* name) {
    return coordinator.Describe().find(name) != std::string::npos;
  };
  EXPECT_TRUE(Soon([&] { return has_round("\"b\"") && has_round("\"c\""); }));
  EXPECT_TRUE(leaving.Leave().ok());
  a.join();
  b.join();
  c.join();
  for (const BarrierResult& result : BarrierOfAll({&coordinator, &staying}, Mode::kDelivery)) {
    EXPECT_TRUE(result.satisfied());
  }
}

TEST(Leave, WhatWasSentBeforeIsStillHandled) {
  Heard heard;
  Team team("last_words");
  Options options = team.Member(0);
  options.handlers[kMarker] = heard.Recorder();
  team.Start(std::move(options));
  Process& worker = team.Start(team.Member(1));
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(worker.Send(kMarker, "x").ok());
  ASSERT_TRUE(worker.Leave().ok());
  EXPECT_TRUE(Soon([&] { return heard.texts().size() == 100; }));
}

TEST(Leave, IsTheLastCall) {
  Team team("last_call");
  team.Start(team.Member(0));
  Process& worker = team.Start(team.Member(1));
  ASSERT_TRUE(worker.Leave().ok());
  EXPECT_EQ(worker.Leave().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(worker.Send(kMarker, "x").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(worker.Barrier("b", Mode::kDelivery).status.code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(worker.RunAfterCurrentHandler([] {}).code(), absl::StatusCode::kFailedPrecondition);
}

// Found by the fuzzer under AddressSanitizer: the readers went while others asked for them.
TEST(Leave, MayGoOnWhileOtherThreadsCall) {
  Team team("while_leaving");
  Options options = team.Member(0);
  options.geometry.incarnations = 100;
  team.Start(std::move(options));
  for (int i = 0; i < 60; ++i) {
    auto worker = Process::Join(team.Member(1));
    ASSERT_TRUE(worker.ok()) << worker.status();
    std::atomic<bool> left = false;
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 3; ++caller) {
      callers.emplace_back([&] {
        while (!left) EXPECT_FALSE((*worker)->RunAfterCurrentHandler([] {}).ok());
      });
    }
    callers.emplace_back([&] {
      while (!left) (*worker)->Barrier("b", Mode::kRendezvous, Deadline::At(0));
    });
    EXPECT_EQ((*worker)->Leave(), absl::OkStatus());
    left = true;
    for (std::thread& caller : callers) caller.join();
  }
}

TEST(Leave, OfTheCoordinatorFailsWhoeverWaitsAndRemovesTheName) {
  Team team("stop");
  Process& coordinator = team.Start(team.Member(0));
  Process& worker = team.Start(team.Member(1));
  std::thread waiter([&] {
    EXPECT_EQ(worker.Barrier("b", Mode::kDelivery).status.code(), absl::StatusCode::kUnavailable);
  });
  EXPECT_TRUE(Soon([&] { return coordinator.Describe().find("round 1") != std::string::npos; }));
  EXPECT_TRUE(coordinator.Leave().ok());
  waiter.join();
  EXPECT_EQ(Segment::Attach(team.name()).status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(worker.Leave().ok()) << "there is nobody left to ask";
}

TEST(Leave, LeavesALaterGroupOfTheSameNameAlone) {
  Team team("successor");
  auto first = Process::Create(team.Member(0));
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE((*first)->Leave().ok());
  team.Start(team.Member(0));
  first->reset();
  EXPECT_TRUE(Segment::Attach(team.name()).ok());
}

TEST(Join, WaitsForTheGroupToAppear) {
  Team team("early");
  std::thread worker([&] {
    auto process = Process::Join(team.Member(1));
    ASSERT_TRUE(process.ok()) << process.status();
    EXPECT_TRUE((*process)->Barrier("b", Mode::kDelivery).satisfied());
  });
  std::this_thread::sleep_for(milliseconds(10));
  Process& coordinator = team.Start(team.Member(0));
  ASSERT_TRUE(coordinator.AwaitMembers(2).ok());
  EXPECT_TRUE(coordinator.Barrier("b", Mode::kDelivery).satisfied());
  worker.join();
}

TEST(Join, OfAGroupThatNeverAppearsFailsAtItsDeadline) {
  Team team("never");
  EXPECT_EQ(Process::Join(team.Member(1), Deadline::In(milliseconds(20))).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(Join, OutOfTheSlotsOrIncarnationsIsRefused) {
  Team team("slots");
  Options options = team.Member(0);
  options.geometry = {.slots = 2, .incarnations = 3, .ring_messages = 4, .message_bytes = 96};
  team.Start(std::move(options));
  EXPECT_EQ(Process::Join(team.Member(2)).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Process::Join(team.Member(0)).status().code(), absl::StatusCode::kAborted)
      << "the coordinator's slot";
  EXPECT_TRUE(team.Start(team.Member(1)).Leave().ok());
  EXPECT_EQ(Process::Join(team.Member(1)).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(Join, OfATakenSlotDropsTheOldIncarnation) {
  Heard heard;
  Team team("replace");
  Options options = team.Member(0);
  options.handlers[kMarker] = heard.Recorder();
  Process& coordinator = team.Start(std::move(options));
  Options first = team.Member(1);
  first.first_sequence = kNearWrap;
  Process& old = team.Start(std::move(first));
  ASSERT_TRUE(old.Send(kMarker, "old").ok());
  std::thread waiter([&] {
    EXPECT_EQ(old.Barrier("b", Mode::kDelivery).status.code(), absl::StatusCode::kCancelled);
  });
  EXPECT_TRUE(Soon([&] { return coordinator.Describe().find("round 1") != std::string::npos; }));
  Options second = team.Member(1);
  second.first_sequence = 3;
  Process& fresh = team.Start(std::move(second));
  waiter.join();
  EXPECT_GT(fresh.incarnation(), old.incarnation());
  EXPECT_EQ(old.Send(kMarker, "late").code(), absl::StatusCode::kCancelled);
  ASSERT_TRUE(fresh.Send(kMarker, "new").ok());
  for (const BarrierResult& result : BarrierOfAll({&coordinator, &fresh}, Mode::kProcessing)) {
    EXPECT_TRUE(result.satisfied()) << result.status;
  }
  // What the old one had published is delivered too, but nothing orders the two against each other.
  EXPECT_TRUE(Soon([&] { return heard.texts().size() == 2; }));
}

// Found by fence-repro: a worker that was stopped while it waited for its team, and had been
// dropped when it came back, waited on.
TEST(AwaitMembers, OfADroppedIncarnationEnds) {
  Team team("await_dropped");
  team.Start(team.Member(0));
  Process& old = team.Start(team.Member(1));
  std::thread waiter([&] {
    const absl::Status status = old.AwaitMembers(3, Deadline::Infinite());
    EXPECT_EQ(status, absl::CancelledError(kWasDropped));
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  team.Start(team.Member(1));
  waiter.join();
}

TEST(Join, AndLeaveAtAnyTimeKeepTheOthersGoing) {
  Team team("come_and_go");
  Options options = team.Member(0);
  options.geometry.incarnations = 128;
  Process& coordinator = team.Start(std::move(options));
  Process& staying = team.Start(team.Member(1));
  std::atomic<bool> done = false;
  std::thread guest([&] {
    for (int visit = 0; visit < 30; ++visit) {
      auto process = Process::Join(team.Member(2));
      ASSERT_TRUE(process.ok()) << process.status();
      ASSERT_TRUE((*process)->Send(kMarker, "hello").ok());
      ASSERT_TRUE((*process)->Leave().ok());
    }
    done = true;
  });
  // Both run the same number of rounds; the last decides by a barrier of its own name.
  int rounds = 0;
  while (!done) {
    ++rounds;
    for (const BarrierResult& result : BarrierOfAll({&coordinator, &staying}, Mode::kDelivery)) {
      // A guest that is a member when the round opens is expected, and only its leaving lets it go
      // on.
      ASSERT_TRUE(result.status.ok()) << result.status;
    }
  }
  guest.join();
  EXPECT_GT(rounds, 0);
}

TEST(Create, RefusesAGroupThatExists) {
  Team team("twice");
  team.Start(team.Member(0));
  EXPECT_EQ(Process::Create(team.Member(0)).status().code(), absl::StatusCode::kAlreadyExists);
  Options slot = team.Member(99);
  EXPECT_EQ(Process::Create(std::move(slot)).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Look, ShowsMembersAndWhoIsBehind) {
  Team team("look");
  Process& coordinator = team.Start(team.Member(0));
  Options options = team.Member(1);
  options.start_in_service = true;
  team.Start(std::move(options));
  ASSERT_TRUE(coordinator.Send(kMarker, "x").ok());
  const Snapshot snapshot = coordinator.Look();
  ASSERT_EQ(snapshot.members.size(), 2u);
  EXPECT_EQ(snapshot.members[1].name, "worker-1");
  ASSERT_EQ(snapshot.progress.size(), 2u);
  const std::string text = coordinator.Describe();
  EXPECT_NE(text.find("incarnation 2 has handled up to 1:0, in service state"), std::string::npos)
      << text;
}

}  // namespace
}  // namespace fence
