// Messages, full rings, handlers and the service state, between several Process objects in one
// address space.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "fence/process.h"
#include "tests/fence/soon.h"
#include "tests/fence/team.h"

namespace fence {
namespace {

using std::chrono::milliseconds;

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
  std::atomic<bool> taken_ = false;  // a member in slot 2 has begun to handle
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
  EXPECT_TRUE(Soon([&] { return handled_ == 5; }));
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
    taken_ = true;
    while (hold_) std::this_thread::sleep_for(milliseconds(1));
  };
  hold_ = false;
  EXPECT_TRUE(Soon([&] { return handled_ == 4; }));
  hold_ = true;
  // Its handler takes every message of the coordinator hostage; the coordinator's own ring is what
  // fills up.
  team_.Start(std::move(options));
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(coordinator_->Send(kMarker, "x").ok());
  std::thread sender([&] { EXPECT_TRUE(coordinator_->Send(kMarker, "x").ok()); });
  std::this_thread::sleep_for(milliseconds(10));
  // Not before: once it has been replaced, nobody waits until it has copied its message.
  EXPECT_TRUE(Soon([&] { return taken_.load(); }));
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
  EXPECT_TRUE(Soon([&] { return refused == 96; }));
}

// Lesson 23, fences-wait-on-each-other.
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

// Lesson 18, post-handler-overwritten.
// Lesson 13, publish-at-fetch.
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

// Lesson 14, service-counts-as-normal.
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
  EXPECT_TRUE(Soon([&] { return coordinator.Describe().find("2 waits") != std::string::npos; }));
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

TEST_F(FullRing, DoesNotKeepAMemberFromLeavingAGroupThatHasStopped) {
  std::thread leaver([&] { EXPECT_TRUE(worker_->Leave().ok()); });
  std::this_thread::sleep_for(milliseconds(5));
  std::thread stopper([&] { EXPECT_TRUE(coordinator_->Leave().ok()); });
  leaver.join();
  hold_ = false;
  stopper.join();
}

}  // namespace
}  // namespace fence
