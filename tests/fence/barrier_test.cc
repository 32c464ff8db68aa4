// Barriers between several Process objects in one address space, each with its own mapping of the
// segment.
#include "fence/barrier.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "fence/process.h"
#include "tests/fence/soon.h"
#include "tests/fence/team.h"

namespace fence {
namespace {

using std::chrono::milliseconds;

TEST(Barrier, OfTheCoordinatorAloneReturnsAtOnce) {
  Team team("alone");
  Process& only = team.Start(team.Member(0));
  for (const Mode mode : {Mode::kRendezvous, Mode::kDelivery, Mode::kProcessing}) {
    const BarrierResult result = only.Barrier("all", mode);
    EXPECT_TRUE(result.satisfied()) << result.status;
    EXPECT_EQ(result.phases, UniformPhases(mode, Phase::kSatisfied));
  }
}

TEST(Barrier, ReleasesAllMembersInEachMode) {
  std::vector<Process*> members;
  Team team("modes");
  for (uint32_t slot = 0; slot < 3; ++slot) members.push_back(&team.Start(team.Member(slot)));
  for (int round = 0; round < 30; ++round) {
    for (const Mode mode : {Mode::kRendezvous, Mode::kDelivery, Mode::kProcessing}) {
      for (const BarrierResult& result : BarrierOfAll(members, mode))
        ASSERT_TRUE(result.satisfied()) << result.status;
    }
  }
}

TEST(Barrier, HoldsUntilTheSlowestReaderHasHandledEveryMarker) {
  std::atomic<int> handled = 0;
  Team team("slow");
  Options coordinator = team.Member(0);
  coordinator.first_sequence = kNearWrap;
  coordinator.handlers[kMarker] = [&](Process&, const Message&) {
    std::this_thread::sleep_for(milliseconds(5));
    ++handled;
  };
  std::vector<Process*> members = {&team.Start(std::move(coordinator))};
  for (uint32_t slot = 1; slot < 3; ++slot) {
    Options worker = team.Member(slot);
    worker.first_sequence = kNearWrap + slot;
    members.push_back(&team.Start(std::move(worker)));
  }
  for (int iteration = 1; iteration <= 5; ++iteration) {
    std::thread worker1([&] {
      for (int i = 0; i < 4; ++i) ASSERT_TRUE(members[1]->Send(kMarker, "m").ok());
      ASSERT_TRUE(members[1]->Barrier("all", Mode::kDelivery).satisfied());
    });
    std::thread worker2([&] {
      for (int i = 0; i < 4; ++i) ASSERT_TRUE(members[2]->Send(kMarker, "m").ok());
      ASSERT_TRUE(members[2]->Barrier("all", Mode::kDelivery).satisfied());
    });
    ASSERT_TRUE(members[0]->Barrier("all", Mode::kDelivery).satisfied());
    EXPECT_EQ(handled, 8 * iteration);
    worker1.join();
    worker2.join();
  }
}

TEST(Barrier, FailsAtItsDeadlineAndTheNextCallCountsForTheSameRound) {
  Team team("timeout");
  Process& coordinator = team.Start(team.Member(0));
  Process& worker = team.Start(team.Member(1));
  const BarrierResult late = worker.Barrier("b", Mode::kDelivery, Deadline::In(milliseconds(20)));
  EXPECT_EQ(late.status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(late.phases, UniformPhases(Mode::kDelivery, Phase::kFailed));
  for (const BarrierResult& result : BarrierOfAll({&coordinator, &worker}, Mode::kDelivery)) {
    EXPECT_TRUE(result.satisfied());
  }
}

TEST(Barrier, WithADeadlineThatHasPassedIsAnsweredAndIsNotTheLastCall) {
  Team team("passed");
  Process& coordinator = team.Start(team.Member(0));
  Process& worker = team.Start(team.Member(1));
  const BarrierResult late = worker.Barrier("b", Mode::kDelivery, Deadline::At(0));
  EXPECT_EQ(late.status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_NE(late.round, 0u) << "the coordinator itself must have answered";
  for (const BarrierResult& result : BarrierOfAll({&coordinator, &worker}, Mode::kDelivery)) {
    EXPECT_TRUE(result.satisfied()) << result.status;
  }
}

// Lesson 07, wait-in-handler.
TEST(Barrier, KeepsADeadlineWhileTheCoordinatorsHandlersAreBusy) {
  std::atomic<bool> hold = true;
  Team team("busy");
  Options options = team.Member(0);
  options.handlers[kMarker] = [&](Process&, const Message&) {
    while (hold) std::this_thread::sleep_for(milliseconds(1));
  };
  team.Start(std::move(options));
  Options impatient = team.Member(1);
  impatient.answer_grace = std::chrono::seconds(20);
  Process& worker = team.Start(std::move(impatient));
  ASSERT_TRUE(worker.Send(kMarker, "x").ok());
  const BarrierResult late = worker.Barrier("b", Mode::kRendezvous, Deadline::In(milliseconds(20)));
  EXPECT_EQ(late.status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_NE(late.round, 0u) << "the coordinator itself must have answered";
  hold = false;
}

TEST(Barrier, RefusesASecondThreadUnderTheSameName) {
  Team team("second");
  Process& coordinator = team.Start(team.Member(0));
  Process& worker = team.Start(team.Member(1));
  std::atomic<int> satisfied = 0;
  std::atomic<int> refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      const BarrierResult result = worker.Barrier("b", Mode::kRendezvous);
      (result.satisfied() ? satisfied : refused)++;
      if (!result.satisfied()) {
        EXPECT_EQ(result.status.code(), absl::StatusCode::kFailedPrecondition);
      }
    });
  }
  EXPECT_TRUE(Soon([&] { return refused == 1; }));
  EXPECT_TRUE(coordinator.Barrier("b", Mode::kRendezvous).satisfied());
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(satisfied, 1);
}

TEST(Barrier, ManyNamesOfManyThreadsDoNotDisturbEachOther) {
  constexpr int kNames = 4;
  constexpr int kRounds = 100;
  std::vector<Process*> members;
  Team team("names");
  for (uint32_t slot = 0; slot < 3; ++slot) members.push_back(&team.Start(team.Member(slot)));
  std::vector<std::thread> threads;
  for (Process* member : members) {
    for (int name = 0; name < kNames; ++name) {
      threads.emplace_back([=] {
        const Mode mode = static_cast<Mode>(1 + name % 3);
        for (int round = 0; round < kRounds; ++round) {
          ASSERT_TRUE(member->Send(kMarker, "x").ok());
          ASSERT_TRUE(member->Barrier("name " + std::to_string(name), mode).satisfied());
        }
      });
    }
  }
  for (std::thread& thread : threads) thread.join();
}

// Lesson 19, mode-ignored.
TEST(Barrier, AnotherModeThanTheRoundsIsRefused) {
  Team team("mismatch");
  Process& coordinator = team.Start(team.Member(0));
  Process& worker = team.Start(team.Member(1));
  std::thread first([&] { EXPECT_TRUE(coordinator.Barrier("b", Mode::kDelivery).satisfied()); });
  EXPECT_TRUE(Soon([&] { return coordinator.Describe().find("round 1") != std::string::npos; }));
  EXPECT_EQ(worker.Barrier("b", Mode::kRendezvous).status.code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(worker.Barrier("b", Mode::kDelivery).satisfied());
  first.join();
}

TEST(Barrier, NamesOutOfRangeAreRefused) {
  Team team("barrier_name");
  Process& only = team.Start(team.Member(0));
  EXPECT_EQ(only.Barrier("", Mode::kDelivery).status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(only.Barrier(std::string(65, 'x'), Mode::kDelivery).status.code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(only.Barrier(std::string(64, 'x'), Mode::kDelivery).satisfied());
}

}  // namespace
}  // namespace fence
