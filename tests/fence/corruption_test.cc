// Shared memory that one member has spoilt: what is found, who is charged, and that the others go
// on.
#include "fence/corruption.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "fence/process.h"
#include "tests/fence/soon.h"
#include "tests/fence/team.h"

namespace fence {
namespace {

using std::chrono::milliseconds;

// A coordinator and two workers, and a further mapping of their memory. No leases: nobody looks
// unless there is a reason.
class Spoilt : public testing::Test {
 protected:
  Spoilt() : members_(StartAll()), memory_(*Segment::Attach(team_.name())) {}
  ~Spoilt() override {
    for (std::atomic<bool>& hold : hold_) hold = false;
  }

  std::vector<Process*> StartAll() {
    std::vector<Process*> members;
    for (uint32_t slot = 0; slot < 3; ++slot) {
      Options options = team_.Member(slot);
      options.geometry = {.slots = 4, .incarnations = 8, .ring_messages = 4, .message_bytes = 96};
      options.lease = std::chrono::nanoseconds::max();
      options.handlers[kMarker] = [this, slot](Process&, const Message&) {
        while (hold_[slot]) std::this_thread::sleep_for(milliseconds(1));
      };
      members.push_back(&team_.Start(std::move(options)));
    }
    return members;
  }

  // What somebody does who has met something odd.
  void Tell() {
    memory_.control().roster_changes.fetch_add(1);
    memory_.control().coordinator.Ring();
  }
  bool IsDropped(Incarnation member) {
    return Soon([&] { return memory_.record(member).status == MemberStatus::kLost; });
  }
  void HoldBackMessagesOfLast() {
    members_[2]->SetService(true);
    for (const Incarnation sender : {1, 2}) {
      EXPECT_TRUE(Soon([&] { return memory_.progress(3, sender).state == ReaderState::kService; }));
    }
  }
  // Two members go on without the third.
  static void ExpectToGoOn(const std::vector<Process*>& others) {
    for (int i = 0; i < 10; ++i) {
      for (Process* member : others) {
        const absl::Status sent = member->Send(kMarker, "x");
        ASSERT_TRUE(sent.ok()) << sent;
      }
    }
    for (const BarrierResult& result : BarrierOfAll(others, Mode::kProcessing)) {
      EXPECT_TRUE(result.satisfied()) << result.status;
    }
  }

  std::atomic<bool> hold_[3] = {};
  Team team_{"spoilt"};
  const std::vector<Process*> members_;
  const Segment memory_;
};

TEST_F(Spoilt, APositionThatCannotBeIsNamedAndItsMemberDropped) {
  hold_[2] = true;
  ASSERT_TRUE(members_[1]->Send(kMarker, "x").ok());
  memory_.progress(3, 2).sequence = 1000;
  for (int i = 0; i < 4; ++i) {
    const absl::Status sent = members_[1]->Send(kMarker, "x");
    EXPECT_TRUE(sent.ok()) << sent;  // after a wait
  }
  EXPECT_TRUE(IsDropped(3));
  EXPECT_TRUE(Soon([&] { return !members_[0]->Health().ok(); }));  // told when it is out
  EXPECT_EQ(members_[0]->Health().code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(members_[0]->Health().message().find("incarnation 3 as a reader of incarnation 2"),
            std::string::npos)
      << members_[0]->Health();
  EXPECT_EQ(members_[2]->Send(kMarker, "x").code(), absl::StatusCode::kCancelled);
  ExpectToGoOn({members_[0], members_[1]});
}

TEST_F(Spoilt, TheCoordinatorsOwnReaderIsDroppedLikeAnyOther) {
  memory_.progress(1, 2).sequence = 1000;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(members_[1]->Send(kMarker, "x").ok());
  EXPECT_TRUE(Soon([&] { return !members_[0]->Health().ok(); }));
  EXPECT_EQ(members_[0]->Barrier("b", Mode::kDelivery).status, members_[0]->Health());
  EXPECT_EQ(members_[0]->Send(kMarker, "x", Deadline::Infinite()), members_[0]->Health());
  ExpectToGoOn({members_[1], members_[2]});
}

// Who is released by a position has been told that messages were handled which were not even sent.
TEST_F(Spoilt, NobodyIsReleasedByAPositionThatCannotBe) {
  hold_[2] = true;
  ASSERT_TRUE(members_[1]->Send(kMarker, "x").ok());
  std::vector<BarrierResult> results(2);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] { results[i] = members_[i]->Barrier("b", Mode::kProcessing); });
  }
  EXPECT_TRUE(Soon(
      [&] { return members_[0]->Describe().find("incarnation 2 waits") != std::string::npos; }));
  memory_.progress(3, 2).sequence = 1000;
  const BarrierResult own = members_[2]->Barrier("b", Mode::kProcessing);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(own.status.code(), absl::StatusCode::kCancelled);
  for (const BarrierResult& result : results) {
    EXPECT_EQ(result.phases, UniformPhases(Mode::kProcessing, Phase::kDowngraded));
  }
}

// A ring that one member cannot read, although another one had read it before.
TEST_F(Spoilt, AMessageThatCannotBeCostsItsSenderThePlace) {
  HoldBackMessagesOfLast();
  ASSERT_TRUE(members_[1]->Send(kMarker, "x").ok());
  ASSERT_TRUE(Soon([&] { return memory_.progress(1, 2).sequence == 1; }));
  reinterpret_cast<Envelope*>(memory_.request_ring(2).Slot(0))->sequence = 77;
  members_[2]->SetService(false);
  EXPECT_TRUE(IsDropped(2));
  EXPECT_EQ(members_[2]->Health().message(),
            "ring of incarnation 2 (slot 1): message 0: the slot holds message 77");
  EXPECT_EQ(members_[1]->Barrier("b", Mode::kDelivery).status.code(), absl::StatusCode::kCancelled);
  ExpectToGoOn({members_[0], members_[2]});
}

TEST_F(Spoilt, AMessageOfTheCoordinatorsOwnProcessCostsItOnlyItsMembership) {
  HoldBackMessagesOfLast();
  ASSERT_TRUE(members_[0]->Send(kMarker, "x").ok());
  reinterpret_cast<Envelope*>(memory_.request_ring(1).Slot(0))->kind = static_cast<Kind>(9);
  members_[2]->SetService(false);
  EXPECT_TRUE(Soon([&] { return !members_[0]->Health().ok(); }));
  ExpectToGoOn({members_[1], members_[2]});
}

TEST_F(Spoilt, AReplyCellThatCannotBeDoesNotKeepRepliesFromTheOthers) {
  std::thread waiter([&] {
    EXPECT_EQ(members_[2]->Barrier("alone", Mode::kRendezvous).status.code(),
              absl::StatusCode::kCancelled);
  });
  EXPECT_TRUE(Soon([&] { return memory_.reply_cell(3).state == ReaderState::kNormal; }));
  memory_.reply_cell(3).sequence = 1000;
  for (int i = 0; i < 5; ++i) {
    const BarrierResult late =
        members_[1]->Barrier("late", Mode::kRendezvous, Deadline::In(milliseconds(100)));
    EXPECT_NE(late.round, 0u) << "the coordinator has not answered: " << late.status;
  }
  waiter.join();
  ExpectToGoOn({members_[0], members_[1]});
}

TEST_F(Spoilt, TheCoordinatorsCursorIsMended) {
  memory_.scan(2).sequence = 1000;
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(members_[1]->Send(kMarker, "x").ok());
  ExpectToGoOn({members_[0], members_[1], members_[2]});
}

TEST_F(Spoilt, ACountOfRecordsThatIsTooLowGivesNobodysRecordAway) {
  memory_.control().claimed = 1;
  const absl::Status status = Process::Join(team_.Member(3)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(status.message(),
            "claimed: 1 records are said to be taken, but that of incarnation 2 is, too");
  memory_.control().claimed = 3;
  ExpectToGoOn(members_);
}

TEST_F(Spoilt, NobodyReadsAMemberWhoseSlotCannotBe) {
  memory_.record(4).slot = 99;
  memory_.record(5).slot = 3;
  memory_.control().claimed = 5;
  for (const Incarnation joiner : {4, 5}) memory_.record(joiner).status = MemberStatus::kJoining;
  memory_.control().roster.Ring();
  EXPECT_TRUE(Soon([&] { return IsReading(memory_.progress(2, 5).state); }));
  Tell();
  EXPECT_TRUE(IsDropped(4));
  EXPECT_EQ(memory_.progress(2, 4).state, ReaderState::kDetached);
}

TEST_F(Spoilt, AMemberIsNotKeptFromLeavingByDoorbellsThatHaveForgottenIt) {
  const auto forget = [](Doorbell* bell) { reinterpret_cast<std::atomic<uint32_t>*>(bell)[0] = 0; };
  std::this_thread::sleep_for(milliseconds(20));  // all sleep
  for (const Incarnation sender : {1, 3}) forget(&memory_.request_ring(sender).header->messages);
  forget(&memory_.control().roster);
  EXPECT_TRUE(members_[1]->Leave().ok());
}

// Each is spoilt once, in a group that is at rest, and charged to the one that writes it.
struct Case {
  const char* name;
  std::function<void(const Segment&)> spoil;
  Incarnation culprit;
  const char* what;
};

class Fields : public Spoilt, public testing::WithParamInterface<Case> {};

TEST_P(Fields, AreChargedToTheOneThatWritesThem) {
  for (Process* member : members_) ASSERT_TRUE(member->Send(kMarker, "x").ok());
  ASSERT_TRUE(BarrierOfAll(members_, Mode::kProcessing)[0].satisfied());
  GetParam().spoil(memory_);
  Tell();
  EXPECT_TRUE(IsDropped(GetParam().culprit));
  std::vector<Process*> others;
  for (Process* member : members_) {
    if (member->incarnation() != GetParam().culprit) others.push_back(member);
  }
  EXPECT_TRUE(Soon([&] { return !members_[0]->Health().ok(); }));
  EXPECT_NE(members_[0]->Health().message().find(GetParam().what), std::string::npos)
      << members_[0]->Health();
  ExpectToGoOn(others);
}

INSTANTIATE_TEST_SUITE_P(
    , Fields,
    testing::Values(
        Case{"status", [](const Segment& s) { s.record(3).status = MemberStatus::kFree; }, 3,
             "record of incarnation 3: status: expected 3, got 0"},
        Case{"lost", [](const Segment& s) { s.record(3).status = MemberStatus::kLost; }, 3,
             "record of incarnation 3: status: expected 3, got 5"},
        Case{"ring_epoch", [](const Segment& s) { s.request_ring(2).header->epoch = 9; }, 2,
             "ring of incarnation 2: epoch: expected 2, got 9"},
        Case{"published_back", [](const Segment& s) { --s.request_ring(2).header->published; }, 2,
             "ring of incarnation 2"},
        Case{"published_far", [](const Segment& s) { s.request_ring(2).header->published = 99; }, 2,
             "ring of incarnation 2"},
        Case{"cell_state",
             [](const Segment& s) { s.progress(3, 1).state = static_cast<ReaderState>(77); }, 3,
             "incarnation 3 as a reader of incarnation 1: state: unknown 77"},
        Case{"cell_zero", [](const Segment& s) { s.progress(3, 2).state = ReaderState::kDetached; },
             3, "incarnation 3 as a reader of incarnation 2: state: a member that does not read"},
        Case{"cell_epoch", [](const Segment& s) { s.progress(3, 1).epoch = 9; }, 3,
             "incarnation 3 as a reader of incarnation 1: epoch: 9 is not the ring's"},
        Case{"position_ahead", [](const Segment& s) { s.progress(3, 1).sequence = 99; }, 3,
             "incarnation 3 as a reader of incarnation 1: position 99"},
        Case{"position_behind", [](const Segment& s) { s.progress(3, 1).sequence = -9; }, 3,
             "incarnation 3 as a reader of incarnation 1: position 18446744073709551607"},
        Case{"unreadable",
             [](const Segment& s) { s.progress(3, 2).state = ReaderState::kUnreadable; }, 2,
             "ring of incarnation 2: incarnation 3 cannot read it"}),
    [](const testing::TestParamInfo<Case>& of) { return of.param.name; });

}  // namespace
}  // namespace fence
