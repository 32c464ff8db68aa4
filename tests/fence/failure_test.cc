// A process that cannot go on, since a handler has thrown or no thread is to be had: it says what
// and where, it drops out, and the others go on.
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "fence/process.h"
#include "tests/fence/soon.h"
#include "tests/fence/team.h"

namespace fence {
namespace {

using std::chrono::milliseconds;

// Three members; the handler of the one in `slot` does `bad` with its first marker, when it may.
class Failing {
 public:
  Failing(const std::string& name, uint32_t slot, std::function<void(Process&)> bad)
      : team_(name), slot_(slot), bad_(std::move(bad)) {
    for (uint32_t i = 0; i < 3; ++i) {
      Options options = team_.Member(i);
      options.geometry.ring_messages = 4;
      if (i == slot) {
        options.handlers[kMarker] = [this](Process& self, const Message&) {
          while (hold_) std::this_thread::sleep_for(milliseconds(1));
          bad_(self);
        };
      }
      members.push_back(&team_.Start(std::move(options)));
    }
  }
  ~Failing() { hold_ = false; }

  Process& failing() const { return *members[slot_]; }
  std::vector<Process*> others() const {
    std::vector<Process*> others;
    for (Process* member : members) {
      if (member != members[slot_]) others.push_back(member);
    }
    return others;
  }
  // The marker on which the handler throws, from the last of the others: incarnation 3, or 2.
  void Send() { ASSERT_TRUE(others()[1]->Send(kMarker, "x").ok()); }
  void LetThrow() { hold_ = false; }
  bool HasFailed() const {
    return Soon([this] { return !failing().Health().ok(); });
  }

 private:
  std::atomic<bool> hold_ = true;
  Team team_;
  const uint32_t slot_;
  const std::function<void(Process&)> bad_;

 public:
  std::vector<Process*> members;
};

void ThrowError(Process&) { throw std::runtime_error("no such frame"); }

void Release(Process* member, BarrierResult* result) {
  *result = member->Barrier("all", Mode::kProcessing);
}

class Slots : public testing::TestWithParam<uint32_t> {};
// The coordinator's own process, and a worker.
INSTANTIATE_TEST_SUITE_P(, Slots, testing::Values(0, 1));

TEST_P(Slots, AHandlerThatThrowsIsNamedWithItsMessageInEveryCall) {
  Failing group("throws", GetParam(), ThrowError);
  group.Send();
  group.LetThrow();
  ASSERT_TRUE(group.HasFailed());
  Process& failing = group.failing();
  const absl::Status why = failing.Health();
  EXPECT_EQ(why,
            absl::UnknownError("handler of message type 1, message 0 of incarnation 3 (slot 2) "
                               "threw: no such frame"));
  EXPECT_EQ(failing.Send(kMarker, "x"), why);
  EXPECT_EQ(failing.AwaitMembers(1), why);
  const BarrierResult result = failing.Barrier("all", Mode::kDelivery);
  EXPECT_EQ(result.status, why);
  EXPECT_EQ(result.phases, UniformPhases(Mode::kDelivery, Phase::kFailed));
  EXPECT_TRUE(failing.Leave().ok());
}

TEST_P(Slots, TheRoundInFlightIsDowngradedForTheOthersAndNotSatisfied) {
  Failing group("round", GetParam(), ThrowError);
  group.Send();
  std::vector<BarrierResult> results(3);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < 3; ++i) {
    threads.emplace_back(Release, group.members[i], &results[i]);
  }
  EXPECT_TRUE(Soon([&] {
    const std::string text = group.members[0]->Describe();
    return text.find("1 waits") != std::string::npos && text.find("2 waits") != std::string::npos &&
           text.find("3 waits") != std::string::npos;
  }));
  group.LetThrow();
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < 3; ++i) {
    if (i == GetParam()) {
      EXPECT_EQ(results[i].status, group.failing().Health());
    } else {
      EXPECT_TRUE(results[i].status.ok()) << results[i].status;
      EXPECT_EQ(results[i].phases, UniformPhases(Mode::kProcessing, Phase::kDowngraded));
    }
  }
}

TEST_P(Slots, TheOthersGoOnAmongThemselves) {
  Failing group("go_on", GetParam(), ThrowError);
  group.Send();
  group.LetThrow();
  ASSERT_TRUE(group.HasFailed());
  const std::vector<Process*> others = group.others();
  EXPECT_TRUE(Soon([&] { return BarrierOfAll(others, Mode::kProcessing)[0].satisfied(); }));
  for (int i = 0; i < 20; ++i) {  // many rings full: nobody waits for the readers of the failed one
    ASSERT_TRUE(others[0]->Send(kMarker, "x").ok());
    ASSERT_TRUE(others[1]->Send(kMarker, "x").ok());
  }
  for (const BarrierResult& result : BarrierOfAll(others, Mode::kProcessing)) {
    EXPECT_TRUE(result.satisfied()) << result.status;
  }
}

// Senders do not wait for who has left, and would overwrite what its other readers are copying.
TEST(Failure, KeepsItsPlaceUntilItsOtherHandlersHaveReturned) {
  std::atomic<bool> hold = true;
  std::atomic<bool> running = false;
  Team team("keeps_place");
  Process& first = team.Start(team.Member(0));
  Options options = team.Member(1);
  options.handlers[kMarker] = [](Process& self, const Message&) { ThrowError(self); };
  options.other_types = [&](Process&, const Message&) {
    running = true;
    while (hold) std::this_thread::sleep_for(milliseconds(1));
  };
  Process& failing = team.Start(std::move(options));
  Process& third = team.Start(team.Member(2));
  const auto status = [&] { return first.Look().members[1].status; };
  ASSERT_TRUE(first.Send(kMarker + 1, "x").ok());
  EXPECT_TRUE(Soon([&] { return running.load(); }));
  ASSERT_TRUE(third.Send(kMarker, "x").ok());
  EXPECT_TRUE(Soon([&] { return !failing.Health().ok(); }));
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_EQ(status(), MemberStatus::kMember);
  hold = false;
  EXPECT_TRUE(Soon([&] { return status() == MemberStatus::kLeft; }));
}

TEST(Failure, OfTheCoordinatorsHandlerLetsNewMembersJoin) {
  Team team("coordinates");
  Options options = team.Member(0);
  options.handlers[kMarker] = [](Process& self, const Message&) { ThrowError(self); };
  Process& coordinator = team.Start(std::move(options));
  Process& first = team.Start(team.Member(1));
  ASSERT_TRUE(first.Send(kMarker, "x").ok());
  ASSERT_TRUE(Soon([&] { return !coordinator.Health().ok(); }));
  Process& second = team.Start(team.Member(2));
  for (const BarrierResult& result : BarrierOfAll({&first, &second}, Mode::kDelivery)) {
    EXPECT_TRUE(result.satisfied()) << result.status;
  }
  EXPECT_TRUE(coordinator.Leave().ok());
  EXPECT_EQ(first.Barrier("b", Mode::kDelivery).status.code(), absl::StatusCode::kUnavailable);
}

TEST(Failure, ByATaskBehindTheHandlerSaysSo) {
  Failing group("task", 1, [](Process& self) {
    ASSERT_TRUE(self.RunAfterCurrentHandler([] { throw std::runtime_error("late"); }).ok());
  });
  group.Send();
  group.LetThrow();
  ASSERT_TRUE(group.HasFailed());
  EXPECT_EQ(group.failing().Health().message(),
            "task queued by the handler of message type 1, message 0 of incarnation 3 (slot 2) "
            "threw: late");
}

TEST(Failure, BySomethingThatIsNoExceptionIsToldToo) {
  Failing group("integer", 1, [](Process&) { throw 7; });
  group.Send();
  group.LetThrow();
  ASSERT_TRUE(group.HasFailed());
  EXPECT_NE(group.failing().Health().message().find("threw: something that is no std::exception"),
            std::string::npos);
}

TEST(Failure, EndsASendThatWaitsForRoom) {
  std::atomic<bool> hold = true;
  Team team("blocked");
  Options coordinator = team.Member(0);
  coordinator.geometry.ring_messages = 4;
  coordinator.handlers[kMarker] = [&](Process&, const Message&) {
    while (hold) std::this_thread::sleep_for(milliseconds(1));
  };
  Process& busy = team.Start(std::move(coordinator));
  Options worker = team.Member(1);
  worker.handlers[kMarker] = [](Process& self, const Message&) { ThrowError(self); };
  Process& failing = team.Start(std::move(worker));
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(failing.Send(kMarker, "x").ok());
  std::thread sender([&] {
    EXPECT_EQ(failing.Send(kMarker, "x", Deadline::Infinite()).code(), absl::StatusCode::kUnknown);
  });
  std::this_thread::sleep_for(milliseconds(20));
  ASSERT_TRUE(busy.Send(kMarker, "x").ok());
  sender.join();
  hold = false;
}

TEST(Failure, EndsAWaitForMembers) {
  Failing group("awaits", 1, ThrowError);
  std::thread waiter([&] {
    EXPECT_EQ(group.failing().AwaitMembers(4, Deadline::Infinite()).code(),
              absl::StatusCode::kUnknown);
  });
  group.Send();
  group.LetThrow();
  waiter.join();
}

// What it had queued behind the handler that threw is not run by a later one.
TEST(Failure, NoMessageAfterTheOneThatThrewIsHandled) {
  std::atomic<int> handled = 0;
  Failing group("last", 1, [&](Process& self) {
    ++handled;
    ASSERT_TRUE(self.RunAfterCurrentHandler([&] { ++handled; }).ok());
    throw std::runtime_error("first");
  });
  group.Send();
  group.Send();
  group.LetThrow();
  ASSERT_TRUE(group.HasFailed());
  EXPECT_TRUE(group.failing().Leave().ok());
  EXPECT_EQ(handled, 1);
}

// Makes every thread that is started ask for more stack than there are addresses.
class NoMoreThreads {
 public:
  NoMoreThreads() {
    pthread_getattr_default_np(&before_);
    pthread_attr_t attributes = before_;
    EXPECT_EQ(pthread_attr_setstacksize(&attributes, size_t{1} << 48), 0);
    EXPECT_EQ(pthread_setattr_default_np(&attributes), 0);
  }
  ~NoMoreThreads() { pthread_setattr_default_np(&before_); }

 private:
  pthread_attr_t before_;
};

TEST(Threads, ThatCannotBeStartedFailCreateAndJoin) {
  Team team("threads");
  {
    const NoMoreThreads none;
    const absl::Status status = Process::Create(team.Member(0)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_NE(status.message().find("thread \"coordinator\""), std::string::npos) << status;
  }
  Process& coordinator = team.Start(team.Member(0));  // the name was free again
  {
    const NoMoreThreads none;
    const absl::Status status = Process::Join(team.Member(1)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_NE(status.message().find("thread \"roster\""), std::string::npos) << status;
  }
  EXPECT_TRUE(coordinator.Leave().ok());
}

// A joiner appears, and there is no thread to read it. The joiner is made by hand: a Process would
// need threads, too.
TEST(Threads, ThatCannotBeStartedForANewMemberFailTheProcessThatNeedsThem) {
  Team team("reader_thread");
  Process& coordinator = team.Start(team.Member(0));
  Process& worker = team.Start(team.Member(1));
  {
    const NoMoreThreads none;
    const auto segment = Segment::Attach(team.name());
    ASSERT_TRUE(segment.ok());
    segment->control().claimed = 3;
    RingWriter::Initialize(segment->request_ring(3), /*epoch=*/3, /*first=*/0);
    segment->record(3).slot = 2;
    segment->record(3).status = MemberStatus::kJoining;
    segment->control().roster.Ring();
    EXPECT_TRUE(Soon([&] { return !coordinator.Health().ok() && !worker.Health().ok(); }));
    segment->record(3).status = MemberStatus::kLeft;
  }
  EXPECT_NE(worker.Health().message().find("thread \"reader-2\""), std::string::npos)
      << worker.Health();
  EXPECT_EQ(worker.Barrier("b", Mode::kDelivery).status, worker.Health());
}

}  // namespace
}  // namespace fence
