// Barriers between several Process objects in one address space, each with its own mapping of the
// segment.

#include "src/fence/process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace fence {
namespace {

constexpr uint32_t kMarker = 1;
constexpr uint64_t kNearWrap = std::numeric_limits<uint64_t>::max() - 5;

using std::chrono::milliseconds;

// A group of one coordinator (slot 0) and workers (slots 1, 2, …), with a name of its own.
class Team {
 public:
  explicit Team(const std::string& name) : name_(name + "." + std::to_string(getpid())) {}

  Options Member(uint32_t slot) const {
    Options options;
    options.group = name_;
    options.slot = slot;
    options.name = slot == 0 ? "coordinator" : "worker-" + std::to_string(slot);
    options.patience = std::chrono::seconds(30);
    return options;
  }

  Process& Start(Options options) {
    auto process =
        options.slot == 0 ? Process::Create(std::move(options)) : Process::Join(std::move(options));
    EXPECT_TRUE(process.ok()) << process.status();
    members_.push_back(*std::move(process));
    return *members_.back();
  }

  // Workers first: the coordinator's end is the end of the group.
  ~Team() {
    while (!members_.empty()) members_.pop_back();
  }

  const std::string& name() const { return name_; }

 private:
  const std::string name_;
  std::vector<std::unique_ptr<Process>> members_;
};

// Calls the barrier from all of `members` at once and returns the results in their order.
std::vector<BarrierResult> BarrierOfAll(const std::vector<Process*>& members, Mode mode) {
  std::vector<BarrierResult> results(members.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < members.size(); ++i) {
    threads.emplace_back([&, i] { results[i] = members[i]->Barrier("all", mode); });
  }
  for (std::thread& thread : threads) thread.join();
  return results;
}

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

// What one member hears, in order.
class Heard {
 public:
  Handler Recorder() {
    return [this](Process&, const Message& message) {
      const std::lock_guard lock(mutex_);
      texts_.emplace_back(message.payload);
    };
  }
  std::vector<std::string> texts() const {
    const std::lock_guard lock(mutex_);
    return texts_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> texts_;
};

// Spins politely until `condition` holds; fails after ten seconds.
template <typename Condition>
void Eventually(Condition condition) {
  for (int i = 0; i < 10'000; ++i) {
    if (condition()) return;
    std::this_thread::sleep_for(milliseconds(1));
  }
  FAIL() << "did not happen within ten seconds";
}

TEST(Messages, OfOneSenderArriveInOrderAtAllOthersAndNotAtTheSender) {
  std::vector<Heard> heard(3);
  Team team("order");
  std::vector<Process*> members;
  for (uint32_t slot = 0; slot < 3; ++slot) {
    Options options = team.Member(slot);
    options.first_sequence = kNearWrap;
    options.handlers[kMarker] = heard[slot].Recorder();
    members.push_back(&team.Start(std::move(options)));
  }
  std::vector<std::string> sent;
  for (int i = 0; i < 1000; ++i) {
    sent.push_back(std::to_string(i));
    ASSERT_TRUE(members[1]->Send(kMarker, sent.back()).ok());
  }
  for (const BarrierResult& result : BarrierOfAll(members, Mode::kProcessing)) {
    ASSERT_TRUE(result.satisfied()) << result.status;
  }
  EXPECT_EQ(heard[0].texts(), sent);
  EXPECT_EQ(heard[1].texts(), std::vector<std::string>());
  EXPECT_EQ(heard[2].texts(), sent);
}

TEST(Messages, OfATypeWithoutAHandlerGoToTheOtherTypes) {
  Heard markers;
  Heard others;
  Team team("types");
  Options coordinator = team.Member(0);
  coordinator.handlers[kMarker] = markers.Recorder();
  coordinator.other_types = others.Recorder();
  Process& observer = team.Start(std::move(coordinator));
  Process& sender = team.Start(team.Member(1));
  ASSERT_TRUE(sender.Send(kMarker, "a").ok());
  ASSERT_TRUE(sender.Send(77, "b").ok());
  for (const BarrierResult& result : BarrierOfAll({&observer, &sender}, Mode::kDelivery)) {
    ASSERT_TRUE(result.satisfied());
  }
  EXPECT_EQ(markers.texts(), std::vector<std::string>{"a"});
  EXPECT_EQ(others.texts(), std::vector<std::string>{"b"});
}

TEST(Messages, LargerThanTheLimitAreRefused) {
  Team team("large");
  Options options = team.Member(0);
  options.geometry.message_bytes = 96;
  Process& only = team.Start(std::move(options));
  EXPECT_TRUE(only.Send(kMarker, std::string(96, 'x')).ok());
  EXPECT_EQ(only.Send(kMarker, std::string(97, 'x')).code(), absl::StatusCode::kInvalidArgument);
}

// A coordinator whose handler holds until it is let go, and a worker with a ring of four messages.
class FullRing : public testing::Test {
 protected:
  FullRing() {
    Options options = team_.Member(0);
    options.geometry.ring_messages = 4;
    options.handlers[kMarker] = [this](Process&, const Message&) {
      while (hold_) std::this_thread::sleep_for(milliseconds(1));
      ++handled_;
    };
    coordinator_ = &team_.Start(std::move(options));
    worker_ = &team_.Start(team_.Member(1));
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(worker_->Send(kMarker, "x").ok());
  }
  ~FullRing() override { hold_ = false; }

  std::atomic<bool> hold_ = true;
  std::atomic<int> handled_ = 0;
  Team team_{"full"};
  Process* coordinator_;
  Process* worker_;
};

TEST_F(FullRing, BlocksTheSenderToItsDeadline) {
  EXPECT_EQ(worker_->Send(kMarker, "x", Deadline::In(milliseconds(20))).code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST_F(FullRing, LetsTheSenderGoWhenTheSlowestReaderHasMoved) {
  std::thread sender([&] { EXPECT_TRUE(worker_->Send(kMarker, "x").ok()); });
  std::this_thread::sleep_for(milliseconds(10));
  hold_ = false;
  sender.join();
  Eventually([&] { return handled_ == 5; });
}

TEST_F(FullRing, FailsABarrierAtItsDeadline) {
  const BarrierResult result =
      worker_->Barrier("all", Mode::kDelivery, Deadline::In(milliseconds(20)));
  EXPECT_EQ(result.status.code(), absl::StatusCode::kDeadlineExceeded);
  hold_ = false;
  for (const BarrierResult& all : BarrierOfAll({coordinator_, worker_}, Mode::kDelivery)) {
    EXPECT_TRUE(all.satisfied()) << all.status;
  }
}

TEST_F(FullRing, LetsTheSenderGoWhenTheReaderIsReplaced) {
  Options options = team_.Member(2);
  options.handlers[kMarker] = [this](Process&, const Message&) {
    while (hold_) std::this_thread::sleep_for(milliseconds(1));
  };
  hold_ = false;
  Eventually([&] { return handled_ == 4; });
  hold_ = true;
  // Its handler takes every message of the coordinator hostage; the coordinator's own ring is what
  // fills up.
  team_.Start(std::move(options));
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(coordinator_->Send(kMarker, "x").ok());
  std::thread sender([&] { EXPECT_TRUE(coordinator_->Send(kMarker, "x").ok()); });
  std::this_thread::sleep_for(milliseconds(10));
  team_.Start(team_.Member(2));
  sender.join();
}

TEST(Handlers, MaySendButNotWaitInAFullRing) {
  std::atomic<int> refused = 0;
  Team team("handler_send");
  Options options = team.Member(0);
  options.geometry.ring_messages = 4;
  options.handlers[kMarker] = [&](Process& self, const Message&) {
    for (int i = 0; i < 100; ++i) {
      if (absl::IsResourceExhausted(self.Send(2, "answer"))) ++refused;
    }
  };
  team.Start(std::move(options));
  Options worker = team.Member(1);
  worker.start_in_service = true;
  Process& sender = team.Start(std::move(worker));
  ASSERT_TRUE(sender.Send(kMarker, "x").ok());
  Eventually([&] { return refused == 96; });
}

// Lesson 23.
TEST(Handlers, MayNotCallBarrierOrLeave) {
  std::mutex mutex;
  std::vector<absl::StatusCode> codes;
  Team team("handler_barrier");
  Options options = team.Member(0);
  options.handlers[kMarker] = [&](Process& self, const Message&) {
    const auto try_all = [&] {
      const std::lock_guard lock(mutex);
      codes.push_back(self.Barrier("b", Mode::kRendezvous).status.code());
      codes.push_back(self.Leave().code());
    };
    try_all();
    ASSERT_TRUE(self.RunAfterCurrentHandler(try_all).ok());
  };
  Process& coordinator = team.Start(std::move(options));
  Process& worker = team.Start(team.Member(1));
  ASSERT_TRUE(worker.Send(kMarker, "x").ok());
  BarrierOfAll({&coordinator, &worker}, Mode::kDelivery);
  EXPECT_EQ(codes, std::vector<absl::StatusCode>(4, absl::StatusCode::kFailedPrecondition));
}

// Lesson 18, and that the message counts as handled after what was queued behind its handler.
TEST(Handlers, QueueTasksThatRunInOrderBeforeTheMessageCountsAsHandled) {
  std::vector<std::string> order;
  Team team("tasks");
  Options options = team.Member(0);
  options.handlers[kMarker] = [&](Process& self, const Message& message) {
    const std::string name(message.payload);
    ASSERT_TRUE(self.RunAfterCurrentHandler([&order, &self, name] {
                      order.push_back(name + " first");
                      ASSERT_TRUE(self.RunAfterCurrentHandler([&order, name] {
                                        std::this_thread::sleep_for(milliseconds(5));
                                        order.push_back(name + " third");
                                      })
                                      .ok());
                    })
                    .ok());
    ASSERT_TRUE(
        self.RunAfterCurrentHandler([&order, name] { order.push_back(name + " second"); }).ok());
    order.push_back(name + " handler");
  };
  Process& coordinator = team.Start(std::move(options));
  Process& worker = team.Start(team.Member(1));
  EXPECT_EQ(coordinator.RunAfterCurrentHandler([] {}).code(),
            absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(worker.Send(kMarker, "a").ok());
  ASSERT_TRUE(worker.Send(kMarker, "b").ok());
  BarrierOfAll({&coordinator, &worker}, Mode::kDelivery);
  EXPECT_EQ(order, (std::vector<std::string>{"a handler", "a first", "a second", "a third",  //
                                             "b handler", "b first", "b second", "b third"}));
}

// Lesson 14.
TEST(ServiceState, HoldsMessagesBackAndTheBarrierWithThem) {
  Heard heard;
  Team team("service");
  Options options = team.Member(0);
  options.start_in_service = true;
  options.handlers[kMarker] = heard.Recorder();
  Process& coordinator = team.Start(std::move(options));
  Process& worker = team.Start(team.Member(1));
  ASSERT_TRUE(worker.Send(kMarker, "a").ok());
  std::thread other([&] { EXPECT_TRUE(worker.Barrier("b", Mode::kDelivery).satisfied()); });
  Eventually([&] { return coordinator.Describe().find("2 waits") != std::string::npos; });
  const BarrierResult held =
      coordinator.Barrier("b", Mode::kDelivery, Deadline::In(milliseconds(50)));
  EXPECT_EQ(held.status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(heard.texts(), std::vector<std::string>());
  other.join();
  coordinator.SetService(false);
  EXPECT_TRUE(coordinator.Barrier("b", Mode::kDelivery).satisfied())
      << "the retry counts for the same round";
  EXPECT_EQ(heard.texts(), std::vector<std::string>{"a"});
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
  Eventually([&] { return refused == 1; });
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

TEST(Barrier, AnotherModeThanTheRoundsIsRefused) {
  Team team("mismatch");
  Process& coordinator = team.Start(team.Member(0));
  Process& worker = team.Start(team.Member(1));
  std::thread first([&] { EXPECT_TRUE(coordinator.Barrier("b", Mode::kDelivery).satisfied()); });
  Eventually([&] { return coordinator.Describe().find("round 1") != std::string::npos; });
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
  Eventually([&] { return coordinator.Describe().find("\"c\"") != std::string::npos; });
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
  Eventually([&] { return heard.texts().size() == 100; });
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

TEST(Leave, OfTheCoordinatorFailsWhoeverWaitsAndRemovesTheName) {
  Team team("stop");
  Process& coordinator = team.Start(team.Member(0));
  Process& worker = team.Start(team.Member(1));
  std::thread waiter([&] {
    EXPECT_EQ(worker.Barrier("b", Mode::kDelivery).status.code(), absl::StatusCode::kUnavailable);
  });
  Eventually([&] { return coordinator.Describe().find("round 1") != std::string::npos; });
  EXPECT_TRUE(coordinator.Leave().ok());
  waiter.join();
  EXPECT_EQ(Segment::Attach(team.name()).status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(worker.Leave().ok()) << "there is nobody left to ask";
}

TEST_F(FullRing, DoesNotKeepAMemberFromLeavingAGroupThatHasStopped) {
  std::thread leaver([&] { EXPECT_TRUE(worker_->Leave().ok()); });
  std::this_thread::sleep_for(milliseconds(5));
  std::thread stopper([&] { EXPECT_TRUE(coordinator_->Leave().ok()); });
  leaver.join();
  hold_ = false;
  stopper.join();
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
  Eventually([&] { return coordinator.Describe().find("round 1") != std::string::npos; });
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
  Eventually([&] { return heard.texts().size() == 2; });
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
