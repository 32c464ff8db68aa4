// What the coordinator makes of the members' records.
#include "fence/coordinator.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>

#include "fence/segment.h"
#include "tests/fence/soon.h"

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
  MemberStatus StatusOf(Incarnation member) const { return segment_.record(member).status; }
  bool Welcomed(Incarnation member) const { return IsReading(segment_.scan(member).state); }

  const Segment segment_;
};

TEST_F(CoordinatorTest, ANewerIncarnationDropsTheOlderOneOfItsSlot) {
  Coordinator coordinator(segment_, kCoordinatorIncarnation, /*spins=*/0);
  Appear(2, 1);
  ASSERT_TRUE(Soon([&] { return Welcomed(2); }));
  Appear(3, 1);
  EXPECT_TRUE(Soon([&] { return StatusOf(2) == MemberStatus::kLost && Welcomed(3); }));
}

// A process that was stopped between taking its number and showing itself does not drop its own
// successor.
//
// Lesson 16, stale-incarnation.
TEST_F(CoordinatorTest, ALateOlderIncarnationDoesNotDropTheNewerOne) {
  Coordinator coordinator(segment_, kCoordinatorIncarnation, /*spins=*/0);
  Appear(3, 1);
  ASSERT_TRUE(Soon([&] { return Welcomed(3); }));
  Appear(2, 1);
  EXPECT_TRUE(Soon([&] { return StatusOf(2) == MemberStatus::kLost; }));
  EXPECT_EQ(StatusOf(3), MemberStatus::kJoining);
  EXPECT_TRUE(Welcomed(3));
}

// A coordinator that has decided one reply more than its ring holds, and a reader that does not
// move.
class FullReplyRing : public CoordinatorTest {
 protected:
  FullReplyRing() {
    segment_.record(2).status = MemberStatus::kMember;
    slow_.Attach(ReaderState::kNormal);
    // Each is a round of one member, and answered at once.
    for (uint64_t call = 1; call <= kSmall.ring_messages + 1; ++call) {
      coordinator_.ArriveLocally({.member = kCoordinatorIncarnation,
                                  .call = call,
                                  .name = std::to_string(call),
                                  .mode = Mode::kRendezvous,
                                  .stamp = {},
                                  .deadline = Deadline::Infinite()});
    }
    EXPECT_TRUE(Soon([&] { return slow_.Published() == kSmall.ring_messages; }));
  }

  RingReader slow_{segment_.reply_ring(), &segment_.reply_cell(2)};
  Coordinator coordinator_{segment_, kCoordinatorIncarnation, /*spins=*/0};
};

// Found by weir's scenario `deadlines`: the coordinator left while decided replies waited for room.
TEST_F(FullReplyRing, IsWrittenToTheEndBeforeTheCoordinatorStops) {
  std::thread stopper([&] { coordinator_.Stop(Deadline::Infinite()); });
  usleep(20'000);
  slow_.Publish(slow_.Published());
  stopper.join();
  EXPECT_EQ(slow_.Published(), kSmall.ring_messages + 1);
}

TEST_F(FullReplyRing, DoesNotKeepTheCoordinatorBeyondItsDeadline) {
  EXPECT_TRUE(coordinator_.Stop(Deadline::In(std::chrono::milliseconds(20))));
}

}  // namespace
}  // namespace fence
