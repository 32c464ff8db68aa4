// What the coordinator makes of the members' records.
#include "src/fence/coordinator.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "src/fence/segment.h"

namespace fence {
namespace {

constexpr Geometry kSmall{.slots = 4, .incarnations = 8, .ring_messages = 8, .message_bytes = 96};

class CoordinatorTest : public testing::Test {
 protected:
  CoordinatorTest() : segment_(*Segment::Create(Group(), kSmall)) {
    segment_.control().claimed = kSmall.incarnations;
    RingWriter::Initialize(segment_.reply_ring(), kCoordinatorIncarnation, 0);
    RingWriter::Initialize(segment_.request_ring(kCoordinatorIncarnation), kCoordinatorIncarnation,
                           0);
    segment_.record(kCoordinatorIncarnation).status = MemberStatus::kMember;
  }
  ~CoordinatorTest() override { Segment::Unlink(Group()).IgnoreError(); }

  static std::string Group() { return "coordinator_test." + std::to_string(getpid()); }

  // As Process::Join does it.
  void Appear(Incarnation joiner, uint32_t slot) {
    RingWriter::Initialize(segment_.request_ring(joiner), joiner, 0);
    segment_.record(joiner).slot = slot;
    segment_.record(joiner).status = MemberStatus::kJoining;
    segment_.control().roster_changes.fetch_add(1);
    segment_.control().coordinator.Ring();
  }
  // One call more than the reply ring holds; each is a round of one member, and answered at once.
  static void CallOften(Coordinator& coordinator) {
    for (uint64_t call = 1; call <= kSmall.ring_messages + 1; ++call) {
      coordinator.ArriveLocally({.member = kCoordinatorIncarnation,
                                 .call = call,
                                 .name = std::to_string(call),
                                 .mode = Mode::kRendezvous,
                                 .stamp = {},
                                 .deadline = Deadline::Infinite()});
    }
  }
  MemberStatus StatusOf(Incarnation member) const { return segment_.record(member).status; }
  bool Welcomed(Incarnation member) const { return IsReading(segment_.scan(member).state); }

  static bool Soon(const std::function<bool()>& condition) {
    for (int i = 0; i < 2'000 && !condition(); ++i) usleep(1'000);
    return condition();
  }

  const Segment segment_;
};

TEST_F(CoordinatorTest, ANewerIncarnationDropsTheOlderOneOfItsSlot) {
  Coordinator coordinator(segment_, kCoordinatorIncarnation);
  Appear(2, 1);
  ASSERT_TRUE(Soon([&] { return Welcomed(2); }));
  Appear(3, 1);
  EXPECT_TRUE(Soon([&] { return StatusOf(2) == MemberStatus::kLost && Welcomed(3); }));
}

// Lesson 16 (stale-incarnation): a process that was stopped between taking its number and showing
// itself does not drop its own successor.
TEST_F(CoordinatorTest, ALateOlderIncarnationDoesNotDropTheNewerOne) {
  Coordinator coordinator(segment_, kCoordinatorIncarnation);
  Appear(3, 1);
  ASSERT_TRUE(Soon([&] { return Welcomed(3); }));
  Appear(2, 1);
  EXPECT_TRUE(Soon([&] { return StatusOf(2) == MemberStatus::kLost; }));
  EXPECT_EQ(StatusOf(3), MemberStatus::kJoining);
  EXPECT_TRUE(Welcomed(3));
}

// Found by weir's scenario `deadlines`: the coordinator left while decided replies waited for room.
TEST_F(CoordinatorTest, AnswersWhatIsDecidedBeforeItStops) {
  segment_.record(2).status = MemberStatus::kMember;
  RingReader slow(segment_.reply_ring(), &segment_.reply_cell(2));
  slow.Attach(ReaderState::kNormal);
  Coordinator coordinator(segment_, kCoordinatorIncarnation);
  CallOften(coordinator);
  ASSERT_TRUE(Soon([&] { return slow.Published() == kSmall.ring_messages; }));
  std::thread stopper([&] { coordinator.Stop(Deadline::Infinite()); });
  usleep(20'000);
  slow.Publish(slow.Published());
  stopper.join();
  EXPECT_EQ(slow.Published(), kSmall.ring_messages + 1);
}

TEST_F(CoordinatorTest, AReaderThatNeverMovesDoesNotKeepItFromStopping) {
  segment_.record(2).status = MemberStatus::kMember;
  RingReader slow(segment_.reply_ring(), &segment_.reply_cell(2));
  slow.Attach(ReaderState::kNormal);
  Coordinator coordinator(segment_, kCoordinatorIncarnation);
  CallOften(coordinator);
  ASSERT_TRUE(Soon([&] { return slow.Published() == kSmall.ring_messages; }));
  EXPECT_TRUE(coordinator.Stop(Deadline::In(std::chrono::milliseconds(20))));
}

}  // namespace
}  // namespace fence
