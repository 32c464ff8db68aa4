// The sending side without a coordinator: nobody drops, and nobody announces anything.
#include "fence/sender.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>

#include "tests/fence/soon.h"

namespace fence {
namespace {

using std::chrono::milliseconds;

constexpr Geometry kSmall{.slots = 2, .incarnations = 4, .ring_messages = 4, .message_bytes = 96};
constexpr Incarnation kSelf = 2;
constexpr Incarnation kReader = 3;

class SenderTest : public testing::Test {
 protected:
  SenderTest()
      : segment_(*Segment::Create(Group(), kSmall)),
        sender_(segment_, kSelf, 0, /*spins=*/0),
        reader_(segment_.request_ring(kSelf), &segment_.progress(kReader, kSelf)) {
    segment_.control().claimed = kSmall.incarnations;
    reader_.Attach(ReaderState::kNormal);
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(Send(Deadline::Infinite()).ok());
  }
  ~SenderTest() override { Segment::Unlink(Group()).IgnoreError(); }

  static std::string Group() { return "sender_test." + std::to_string(getpid()); }

  absl::Status Send(Deadline deadline) {
    return sender_.Append(Kind::kApplication, 1, "x", Wake::kNobody, deadline).status();
  }
  void AwaitBlocked() {
    EXPECT_TRUE(Soon([this] { return segment_.request_ring(kSelf).header->blocked == 1; }));
    std::this_thread::sleep_for(milliseconds(20));  // asleep by now
  }

  const Segment segment_;
  Sender sender_;
  RingReader reader_;
};

TEST_F(SenderTest, ClosingEndsASendThatWaitsForRoomWithTheReason) {
  std::thread blocked([this] {
    EXPECT_EQ(Send(Deadline::Infinite()), absl::FailedPreconditionError("the reason"));
  });
  AwaitBlocked();
  sender_.Close(absl::FailedPreconditionError("the reason"));
  blocked.join();
  sender_.Close(absl::UnknownError("another one"));
  EXPECT_EQ(Send(Deadline::Infinite()).message(), "the reason");
}

TEST_F(SenderTest, APositionThatCannotBeIsToldAndWaitedForToTheDeadline) {
  segment_.progress(kReader, kSelf).sequence = 77;
  const uint32_t changes = segment_.control().roster_changes;
  const Doorbell::Ticket bell = segment_.control().coordinator.Listen();
  const absl::Status status = Send(Deadline::In(milliseconds(10)));
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(status.message(),
            "incarnation 3 claims position 77 in a ring of 4 messages that has published 2:4");
  EXPECT_NE(segment_.control().roster_changes, changes);
  EXPECT_NE(segment_.control().coordinator.Listen(), bell);
}

TEST_F(SenderTest, APositionThatCannotBeHoldsNobodyUpOnceItsReaderIsDropped) {
  segment_.progress(kReader, kSelf).sequence = 77;
  std::thread blocked([this] { EXPECT_TRUE(Send(Deadline::Infinite()).ok()); });
  AwaitBlocked();
  segment_.record(kReader).status = MemberStatus::kLost;
  segment_.Announce();
  blocked.join();
}

// Found by the fuzzer: a sender that was closed for corruption waited for it to pass, without
// sleep.
TEST_F(SenderTest, EndsWithWhateverItWasClosedWith) {
  const absl::Status why = absl::DataLossError("the reason");
  sender_.Close(why);
  EXPECT_EQ(Send(Deadline::Infinite()), why);
}

TEST_F(SenderTest, TellsWhichMessageIsTooLarge) {
  const absl::Status status =
      sender_.TryAppend(Kind::kApplication, 7, std::string(97, 'x'), Wake::kNobody).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "a message of type 7 with 97 bytes, but this group's limit is 96 (message_bytes)");
}

}  // namespace
}  // namespace fence
