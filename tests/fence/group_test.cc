#include "fence/group.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace fence {
namespace {

constexpr int64_t kNow = 1000;

// A group whose readers' progress is what the test says. A member's epoch is its incarnation.
class GroupTest : public testing::Test {
 protected:
  GroupTest()
      : group_([this](Incarnation observer, Incarnation sender) {
          return cells_[{observer, sender}];
        }) {
    for (const Incarnation member : {1, 2, 3}) group_.Admit(member);
    for (const Incarnation observer : {1, 2, 3}) {
      for (const Incarnation sender : {1, 2, 3}) SetProgress(observer, sender, 0);
    }
  }

  void SetProgress(Incarnation observer, Incarnation sender, uint64_t sequence) {
    cells_[{observer, sender}] = {ReaderState::kNormal, {sender, sequence}};
  }

  // A call whose arrive message is the `stamp`-th of its member.
  void Arrive(Incarnation member, uint64_t call, uint64_t stamp = 0, Mode mode = Mode::kDelivery,
              Deadline deadline = Deadline::Infinite(), const std::string& name = "b") {
    group_.Arrive({.member = member,
                   .call = call,
                   .name = name,
                   .mode = mode,
                   .stamp = {member, stamp},
                   .deadline = deadline});
  }

  std::vector<ReplyBody> Replies(int64_t now = kNow) { return group_.Evaluate(now).replies; }

  // "member:call" of each reply, in order.
  std::vector<std::string> Answered(int64_t now = kNow) {
    std::vector<std::string> answered;
    for (const ReplyBody& reply : Replies(now)) {
      answered.push_back(std::to_string(reply.member) + ":" + std::to_string(reply.call));
    }
    return answered;
  }

  using Calls = std::vector<std::string>;

  std::map<std::pair<Incarnation, Incarnation>, Observed> cells_;
  Group group_;
};

// Lesson 09, wrong-reply-id.
TEST_F(GroupTest, RendezvousReleasesAllWhenTheLastHasArrived) {
  Arrive(1, 11, 0, Mode::kRendezvous);
  Arrive(2, 21, 0, Mode::kRendezvous);
  EXPECT_EQ(Answered(), Calls{});
  Arrive(3, 31, 0, Mode::kRendezvous);
  // Each on the id of its own call, the last one too.
  EXPECT_EQ(Answered(), (Calls{"1:11", "2:21", "3:31"}));
  EXPECT_EQ(Answered(), Calls{}) << "answered twice";
}

// Lesson 01, release-at-last-arrival.
// Lesson 06, one-shot-recheck.
TEST_F(GroupTest, DeliveryReleasesEachCallerWhenItsOwnReadersAreThere) {
  Arrive(1, 11, 5);
  Arrive(2, 21, 5);
  Arrive(3, 31, 5);
  EXPECT_EQ(Answered(), Calls{});
  SetProgress(2, 1, 5);
  EXPECT_EQ(Answered(), Calls{});
  SetProgress(2, 3, 6);
  EXPECT_EQ(Answered(), Calls{"2:21"});
  EXPECT_TRUE(group_.Evaluate(kNow).awaits_progress);
  for (const Incarnation observer : {1, 3}) {
    for (const Incarnation sender : {1, 2, 3}) SetProgress(observer, sender, 5);
  }
  EXPECT_EQ(Answered(), (Calls{"1:11", "3:31"}));
  EXPECT_FALSE(group_.Evaluate(kNow).awaits_progress);
}

TEST_F(GroupTest, ProcessingReleasesNobodyBeforeEveryReaderIsThere) {
  for (const Incarnation member : {1, 2, 3}) Arrive(member, 10 * member, 5, Mode::kProcessing);
  for (const Incarnation observer : {1, 2, 3}) {
    for (const Incarnation sender : {1, 2, 3}) {
      if (observer != 3 || sender != 2) SetProgress(observer, sender, 5);
    }
  }
  EXPECT_EQ(Answered(), Calls{});
  SetProgress(3, 2, 5);
  EXPECT_EQ(Answered(), (Calls{"1:10", "2:20", "3:30"}));
}

// Lesson 10, silent-reader-is-zero.
// Lesson 14, service-counts-as-normal.
TEST_F(GroupTest, AnUnarmedTargetHoldsTheBarrier) {
  cells_[{1, 2}] = {};
  for (const Incarnation member : {1, 2, 3}) Arrive(member, 10 * member);
  EXPECT_EQ(Answered(), (Calls{"2:20", "3:30"}));
  cells_[{1, 2}] = {ReaderState::kService, {2, 0}};
  EXPECT_EQ(Answered(), Calls{});
  SetProgress(1, 2, 0);
  EXPECT_EQ(Answered(), Calls{"1:10"});
}

// Lesson 17, round-erased-by-name.
TEST_F(GroupTest, AReturnedMembersNextCallOpensTheNextRound) {
  SetProgress(3, 1, 0);
  Arrive(1, 11, 5);
  Arrive(2, 21, 0);
  Arrive(3, 31, 0);
  SetProgress(2, 1, 5);
  EXPECT_EQ(Answered(), (Calls{"1:11", "2:21"}));
  Arrive(1, 12, 5);
  Arrive(2, 22, 0);
  SetProgress(3, 1, 5);
  const std::vector<ReplyBody> first = Replies();
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].call, 31u);
  Arrive(3, 32, 0);
  const std::vector<ReplyBody> second = Replies();
  ASSERT_EQ(second.size(), 3u);
  for (const ReplyBody& reply : second) EXPECT_GT(reply.round, first[0].round);
}

TEST_F(GroupTest, NamesDoNotMix) {
  Arrive(1, 11, 0, Mode::kRendezvous, Deadline::Infinite(), "a");
  Arrive(2, 21, 0, Mode::kRendezvous, Deadline::Infinite(), "b");
  Arrive(3, 31, 0, Mode::kRendezvous, Deadline::Infinite(), "a");
  EXPECT_EQ(Answered(), Calls{});
  Arrive(2, 22, 0, Mode::kRendezvous, Deadline::Infinite(), "a");
  EXPECT_EQ(Answered(), (Calls{"1:11", "2:22", "3:31"}));
}

// Lesson 19, mode-ignored.
TEST_F(GroupTest, AnotherModeIsRefusedAtOnceAndTheRoundGoesOn) {
  Arrive(1, 11, 0, Mode::kDelivery);
  Arrive(2, 21, 0, Mode::kRendezvous);
  const std::vector<ReplyBody> refused = Replies();
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].call, 21u);
  EXPECT_EQ(refused[0].reason, Reason::kModeMismatch);
  Arrive(3, 31, 0, Mode::kDelivery);
  EXPECT_EQ(Answered(), Calls{}) << "the refused member is still expected";
  Arrive(2, 22, 0, Mode::kDelivery);
  EXPECT_EQ(Answered(), (Calls{"1:11", "2:22", "3:31"}));
}

TEST_F(GroupTest, ATimedOutCallIsWithdrawnAndTheNextCountsForItsRound) {
  Arrive(1, 11);
  Arrive(2, 21, 0, Mode::kDelivery, Deadline::At(500));
  EXPECT_EQ(group_.Evaluate(499).next_deadline.at_ns(), 500);
  const std::vector<ReplyBody> late = Replies(500);
  ASSERT_EQ(late.size(), 1u);
  EXPECT_EQ(late[0].call, 21u);
  EXPECT_EQ(late[0].reason, Reason::kTimeout);
  EXPECT_EQ(late[0].phases, UniformPhases(Mode::kDelivery, Phase::kFailed));
  Arrive(3, 31);
  EXPECT_EQ(Answered(), Calls{});
  Arrive(2, 22);
  const std::vector<ReplyBody> done = Replies();
  ASSERT_EQ(done.size(), 3u);
  for (const ReplyBody& reply : done) EXPECT_EQ(reply.round, late[0].round);
}

TEST_F(GroupTest, ATimeoutWhileDrainingSaysThatAllHadArrived) {
  for (const Incarnation member : {1, 2, 3})
    Arrive(member, 10 * member, 1, Mode::kDelivery, Deadline::At(500));
  const std::vector<ReplyBody> late = Replies(500);
  ASSERT_EQ(late.size(), 3u);
  for (const ReplyBody& reply : late) {
    EXPECT_EQ(reply.phases, (Phases{Phase::kSatisfied, Phase::kFailed, Phase::kNotRequested}));
  }
}

TEST_F(GroupTest, ARoundThatEverybodyHasWithdrawnFromNeverWas) {
  Arrive(1, 11, 0, Mode::kDelivery, Deadline::At(500));
  EXPECT_EQ(Answered(500), Calls{"1:11"});
  group_.Admit(4);
  for (const Incarnation observer : {1, 2, 3, 4}) {
    for (const Incarnation sender : {1, 2, 3, 4}) SetProgress(observer, sender, 0);
  }
  for (const Incarnation member : {1, 2, 3}) Arrive(member, 10 * member, 0, Mode::kRendezvous);
  EXPECT_EQ(Answered(), Calls{}) << "the new member is expected, and the old mode forgotten";
  Arrive(4, 40, 0, Mode::kRendezvous);
  EXPECT_EQ(Answered().size(), 4u);
}

// Lesson 20, wait-for-the-dead.
TEST_F(GroupTest, TheDeadAreTakenOutOfRoundsInFlight) {
  Arrive(1, 11);
  Arrive(2, 21);
  group_.Drop(3);
  const std::vector<ReplyBody> replies = Replies();
  ASSERT_EQ(replies.size(), 2u);
  for (const ReplyBody& reply : replies) {
    EXPECT_EQ(reply.phases.delivery, Phase::kDowngraded);
    EXPECT_EQ(reply.reason, Reason::kNone);
  }
}

TEST_F(GroupTest, TheDeadsMessagesAreNotWaitedFor) {
  Arrive(3, 31, 1000);
  Arrive(1, 11);
  Arrive(2, 21);
  EXPECT_EQ(Answered(), Calls{"3:31"});
  group_.Drop(3);
  const std::vector<ReplyBody> replies = Replies();
  ASSERT_EQ(replies.size(), 2u);
  EXPECT_EQ(replies[0].phases.delivery, Phase::kDowngraded);
}

// Lesson 21, token-before-completions.
TEST_F(GroupTest, ALeaverIsAnsweredAfterWhatItsLeavingCompletes) {
  Arrive(1, 11, 0, Mode::kRendezvous);
  Arrive(2, 21, 0, Mode::kRendezvous);
  group_.Leave(3, 39);
  EXPECT_EQ(Answered(), (Calls{"1:11", "2:21", "3:39"}));
}

// Lesson 24, snapshot-outside-lock.
TEST_F(GroupTest, ALeaverIsNotInARoundThatIsOpenedLater) {
  group_.Leave(3, 39);
  Arrive(1, 11);
  Arrive(2, 21);
  EXPECT_EQ(Answered(), (Calls{"1:11", "2:21", "3:39"}));
}

TEST_F(GroupTest, ALeaversOwnCallsFail) {
  Arrive(3, 31, 0, Mode::kRendezvous);
  group_.Leave(3, 39);
  const std::vector<ReplyBody> replies = Replies();
  ASSERT_EQ(replies.size(), 2u);
  EXPECT_EQ(replies[0].call, 31u);
  EXPECT_EQ(replies[0].reason, Reason::kLeft);
  EXPECT_EQ(replies[1].call, 39u);
  EXPECT_EQ(replies[1].reason, Reason::kNone);
}

TEST_F(GroupTest, AReleasedLeaversMessagesAreStillWaitedFor) {
  Arrive(1, 11, 0);
  Arrive(2, 21, 0);
  Arrive(3, 31, 5);
  EXPECT_EQ(Answered(), Calls{"3:31"});
  group_.Leave(3, 39);
  EXPECT_EQ(Answered(), Calls{"3:39"});
  group_.Drop(3);
  EXPECT_EQ(Answered(), Calls{});
  cells_[{1, 3}] = {ReaderState::kStopping, {3, 5}};
  SetProgress(2, 3, 5);
  const std::vector<ReplyBody> replies = Replies();
  ASSERT_EQ(replies.size(), 2u);
  for (const ReplyBody& reply : replies) EXPECT_EQ(reply.phases.delivery, Phase::kSatisfied);
}

TEST_F(GroupTest, WhoIsNoMemberIsRefused) {
  Arrive(4, 41);
  group_.Leave(3, 39);
  Arrive(3, 32);
  const std::vector<ReplyBody> replies = Replies();
  ASSERT_EQ(replies.size(), 3u);
  EXPECT_EQ(replies[0].reason, Reason::kLeft);
  EXPECT_EQ(replies[1].reason, Reason::kLeft);
}

TEST_F(GroupTest, ARoundKeepsTheMembersOfTheMomentInWhichItWasOpened) {
  Arrive(1, 11, 0, Mode::kRendezvous);
  group_.Admit(4);
  Arrive(2, 21, 0, Mode::kRendezvous);
  Arrive(3, 31, 0, Mode::kRendezvous);
  EXPECT_EQ(Answered().size(), 3u) << "the newcomer is not of this round";
  Arrive(4, 41, 0, Mode::kRendezvous);
  EXPECT_EQ(Answered(), Calls{});
  for (const Incarnation member : {1, 2, 3}) Arrive(member, 10 * member, 0, Mode::kRendezvous);
  EXPECT_EQ(Answered().size(), 4u);
}

// Lesson 16, stale-incarnation.
TEST_F(GroupTest, NothingOfADroppedIncarnationCountsForTheNextOne) {
  Arrive(3, 31, 0, Mode::kRendezvous);
  Arrive(1, 11, 0, Mode::kRendezvous);
  group_.Drop(3);
  group_.Admit(4);
  Arrive(2, 21, 0, Mode::kRendezvous);
  EXPECT_EQ(Answered(), (Calls{"1:11", "2:21"}));
  Arrive(1, 12, 0, Mode::kRendezvous);
  Arrive(2, 22, 0, Mode::kRendezvous);
  EXPECT_EQ(Answered(), Calls{}) << "incarnation 4 has not arrived anywhere";
  Arrive(4, 41, 0, Mode::kRendezvous);
  EXPECT_EQ(Answered().size(), 3u);
}

// The slot's earlier life, incarnation 3, had come far; the new one starts low.
//
// Lesson 03, max-watermark.
TEST_F(GroupTest, ANewIncarnationIsWaitedForToItsOwnStampAndNoFurther) {
  for (const Incarnation observer : {1, 2}) SetProgress(observer, 3, 104'985);
  group_.Drop(3);
  group_.Admit(4);
  for (const Incarnation other : {1, 2}) {
    SetProgress(other, 4, 0);
    SetProgress(4, other, 0);
  }
  for (const Incarnation member : {1, 2}) Arrive(member, 10 * member);
  Arrive(4, 40, 3);
  EXPECT_EQ(Answered(), Calls{"4:40"});
  for (const Incarnation observer : {1, 2}) SetProgress(observer, 4, 3);
  EXPECT_EQ(Answered(), (Calls{"1:10", "2:20"}));
}

// The coordinator's process, 1, has handled everything; 3 has not.
//
// Lesson 04, delta-at-last-arrival.
TEST_F(GroupTest, EveryObserverIsMeasuredByItsOwnReader) {
  SetProgress(1, 2, 5);
  SetProgress(3, 2, 4);
  Arrive(3, 31);
  Arrive(2, 21, 5);
  Arrive(1, 11);
  EXPECT_EQ(Answered(), (Calls{"1:11", "2:21"}));
  SetProgress(3, 2, 5);
  EXPECT_EQ(Answered(), Calls{"3:31"});
}

// Rings start anywhere, so that one sender's counter says nothing of another's.
//
// Lesson 05, no-baseline.
TEST_F(GroupTest, SendersWhoseCountersAreFarApartAreEachMeasuredByThemselves) {
  for (const Incarnation observer : {2, 3}) SetProgress(observer, 1, 1'000'000);
  for (const Incarnation observer : {1, 3}) SetProgress(observer, 2, 7);
  Arrive(1, 11, 1'000'003);
  Arrive(2, 21, 9);
  Arrive(3, 31);
  EXPECT_EQ(Answered(), Calls{});
  SetProgress(3, 1, 1'000'003);
  EXPECT_EQ(Answered(), Calls{});
  SetProgress(3, 2, 9);
  EXPECT_EQ(Answered(), Calls{"3:31"});
}

TEST_F(GroupTest, TellsWhatHoldsARoundBack) {
  Arrive(1, 11, 5);
  Arrive(2, 21, 5);
  const std::string waiting = group_.Describe();
  EXPECT_NE(waiting.find("incarnation 3 has not arrived"), std::string::npos) << waiting;
  EXPECT_NE(waiting.find("0 of 5 handled"), std::string::npos) << waiting;
}

}  // namespace
}  // namespace fence
