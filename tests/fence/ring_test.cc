#include "fence/ring.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <limits>
#include <string>

#include "fence/segment.h"

namespace fence {
namespace {

constexpr Geometry kSmall{.slots = 2, .incarnations = 4, .ring_messages = 4, .message_bytes = 96};
constexpr Incarnation kWriter = 1;
constexpr Incarnation kReader = 2;
constexpr Incarnation kOtherReader = 3;
constexpr uint64_t kNearWrap = std::numeric_limits<uint64_t>::max() - 1;

// One writer's ring of four messages that starts two messages before the wrap.
class RingTest : public testing::Test {
 protected:
  RingTest() : segment_(*Segment::Create(kGroup(), kSmall)), view_(segment_.request_ring(kWriter)) {
    segment_.control().claimed = kSmall.incarnations;
    RingWriter::Initialize(view_, kWriter, kNearWrap);
  }
  ~RingTest() override { Segment::Unlink(kGroup()).IgnoreError(); }

  static std::string kGroup() { return "ring_test." + std::to_string(getpid()); }

  RingReader ReaderOf(Incarnation observer) const {
    return {view_, &segment_.progress(observer, kWriter)};
  }

  static std::string Body(const RingReader& reader, uint64_t sequence) {
    Envelope envelope;
    std::string body;
    const absl::Status read = reader.Read(sequence, &envelope, &body);
    return read.ok() ? body : std::string(read.message());
  }

  static absl::Status Append(RingWriter* writer, const std::string& body) {
    return writer->TryAppend(Kind::kApplication, 1, body).status();
  }

  const Segment segment_;
  const RingView view_;
};

// Lesson 15, raw-compare-at-wrap.
TEST_F(RingTest, DeliversInOrderAcrossTheWrapOfTheSequence) {
  RingWriter writer(view_);
  RingReader reader = ReaderOf(kReader);
  uint64_t next = reader.Attach(ReaderState::kNormal);
  EXPECT_EQ(next, kNearWrap);
  for (int i = 0; i < 100; ++i) {
    const auto after = writer.TryAppend(Kind::kApplication, 1, std::to_string(i));
    ASSERT_TRUE(after.ok()) << after.status();
    EXPECT_EQ(*after, (Position{kWriter, next + 1}));
    EXPECT_EQ(reader.Published(), next + 1);
    EXPECT_EQ(Body(reader, next), std::to_string(i));
    reader.Publish(++next);
  }
}

// Lesson 15, raw-compare-at-wrap.
TEST_F(RingTest, IsFullWhenTheSlowestReaderIsAWholeRingBehind) {
  RingWriter writer(view_);
  RingReader fast = ReaderOf(kReader);
  RingReader slow = ReaderOf(kOtherReader);
  const uint64_t first = fast.Attach(ReaderState::kNormal);
  slow.Attach(ReaderState::kNormal);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(Append(&writer, std::to_string(i)).ok());
  fast.Publish(first + 4);
  EXPECT_EQ(Append(&writer, "4").code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Body(slow, first), "0") << "overwritten before its reader had it";
  slow.Publish(first + 1);
  EXPECT_TRUE(Append(&writer, "4").ok());
  EXPECT_EQ(Append(&writer, "5").code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Body(slow, first + 1), "1");
}

// The coordinator's cursor in that ring.
class CallsTest : public RingTest {
 protected:
  CallsTest() { calls_.Attach(); }

  void Call(const std::string& body) {
    EXPECT_TRUE(writer_.TryAppend(Kind::kArrive, 0, body).ok()) << body;
  }
  void Message() { EXPECT_TRUE(Append(&writer_, "message").ok()); }
  bool IsFull() { return absl::IsResourceExhausted(Append(&writer_, "message")); }
  // The next call's body; "-" when there is none.
  std::string Next() {
    Envelope envelope;
    std::string body;
    const absl::StatusOr<bool> read = calls_.Read(&envelope, &body);
    if (!read.ok()) return std::string(read.status().message());
    return *read ? body : "-";
  }

  RingWriter writer_{view_};
  CallReader calls_{view_};
};

TEST_F(CallsTest, AreReadInOrderAmongOtherMessages) {
  EXPECT_EQ(Next(), "-");
  Call("one");
  Message();
  Call("two");
  EXPECT_EQ(Next(), "one");
  EXPECT_EQ(Next(), "two");
  EXPECT_EQ(Next(), "-");
  Message();
  EXPECT_EQ(Next(), "-");
  Call("three");
  EXPECT_EQ(Next(), "three");
}

TEST_F(CallsTest, AreKeptUntilTheyAreTaken) {
  Call("kept");
  for (int i = 0; i < 3; ++i) Message();
  EXPECT_TRUE(IsFull());
  EXPECT_EQ(Next(), "kept");
  EXPECT_TRUE(IsFull()) << "taken is not done with";
  EXPECT_EQ(Next(), "-");
  Message();
}

TEST_F(CallsTest, DoNotKeepAStreamOfOtherMessages) {
  for (int i = 0; i < 100; ++i) Message();
  Call("after the stream");
  for (int i = 0; i < 3; ++i) Message();
  EXPECT_TRUE(IsFull());
  EXPECT_EQ(Next(), "after the stream");
  EXPECT_EQ(Next(), "-");
  for (int i = 0; i < 100; ++i) Message();
  EXPECT_EQ(Next(), "-");
}

TEST_F(CallsTest, ThatComeWhileOthersAreTakenAreNotSkipped) {
  Call("one");
  Message();
  EXPECT_EQ(Next(), "one");
  Call("two");
  Message();
  EXPECT_EQ(Next(), "two");
  EXPECT_EQ(Next(), "-");
}

// Wherever the sender waits for a place: nothing holds it any longer.
TEST_F(CallsTest, AreKeptWhereverTheCursorClaimsToBe) {
  Call("one");
  for (int i = 0; i < 3; ++i) Message();
  for (const uint64_t claimed : {kNearWrap - 1000, kNearWrap, kNearWrap - 1, uint64_t{77} << 60}) {
    view_.scan->sequence = claimed;
    EXPECT_TRUE(IsFull()) << claimed;
  }
  calls_.Mend();
  EXPECT_EQ(Next(), "one");
  EXPECT_EQ(Next(), "-");
  Message();
}

TEST_F(CallsTest, AllTakenRingsForABlockedSender) {
  Call("one");
  for (int i = 0; i < 3; ++i) Message();
  view_.header->blocked = 1;
  EXPECT_FALSE(writer_.AskForRoom(4).ok());
  const Doorbell::Ticket before = view_.room->Listen();
  EXPECT_EQ(Next(), "one");
  EXPECT_EQ(view_.room->Listen(), before);
  EXPECT_EQ(Next(), "-");
  EXPECT_NE(view_.room->Listen(), before);
  EXPECT_TRUE(writer_.AskForRoom(4).ok());
}

TEST_F(CallsTest, ThatCannotBeThereAreDataLoss) {
  Call("one");
  view_.header->calls_end = kNearWrap + 3;
  EXPECT_EQ(Next(), "one");
  EXPECT_NE(Next().find("the slot holds message"), std::string::npos);
}

TEST_F(RingTest, DoesNotWaitForWhoHasGone) {
  RingWriter writer(view_);
  ReaderOf(kReader).Attach(ReaderState::kNormal);
  ReaderOf(kOtherReader).Attach(ReaderState::kNormal);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(Append(&writer, "x").ok());
  EXPECT_FALSE(Append(&writer, "x").ok());
  segment_.record(kReader).status = MemberStatus::kLost;
  EXPECT_FALSE(Append(&writer, "x").ok());
  segment_.record(kOtherReader).status = MemberStatus::kLeft;
  EXPECT_TRUE(Append(&writer, "x").ok());
}

TEST_F(RingTest, DoesNotWaitForAReaderThatHasDetached) {
  RingWriter writer(view_);
  RingReader reader = ReaderOf(kReader);
  reader.Attach(ReaderState::kNormal);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(Append(&writer, "x").ok());
  reader.Detach();
  EXPECT_TRUE(Append(&writer, "x").ok());
}

// The writer looked when nobody read, and knows four free slots; a reader that attaches now must
// still be safe.
TEST_F(RingTest, ProtectsAReaderThatAttachesAfterTheWriterHasCounted) {
  RingWriter writer(view_);
  ASSERT_TRUE(Append(&writer, "0").ok());
  RingReader reader = ReaderOf(kReader);
  const uint64_t next = reader.Attach(ReaderState::kNormal);
  EXPECT_EQ(next, kNearWrap + 1);
  for (int i = 1; i <= 4; ++i) ASSERT_TRUE(Append(&writer, std::to_string(i)).ok());
  EXPECT_FALSE(Append(&writer, "5").ok());
  EXPECT_EQ(Body(reader, next), "1");
}

TEST_F(RingTest, RefusesABodyThatIsLargerThanASlot) {
  RingWriter writer(view_);
  EXPECT_TRUE(Append(&writer, std::string(96, 'x')).ok());
  EXPECT_EQ(Append(&writer, std::string(97, 'x')).code(), absl::StatusCode::kInvalidArgument);
}

// Else a coordinator whose replies found no room would sleep on with room enough.
TEST_F(RingTest, WhoStopsReadingRingsForABlockedSender) {
  RingReader reader = ReaderOf(kReader);
  reader.Attach(ReaderState::kNormal);
  const Doorbell::Ticket before = view_.room->Listen();
  reader.Detach();
  EXPECT_EQ(view_.room->Listen(), before);
  reader.Attach(ReaderState::kNormal);
  view_.header->blocked = 1;
  reader.Detach();
  EXPECT_NE(view_.room->Listen(), before);
}

TEST_F(RingTest, TellsATornMessage) {
  RingWriter writer(view_);
  RingReader reader = ReaderOf(kReader);
  const uint64_t next = reader.Attach(ReaderState::kNormal);
  ASSERT_TRUE(Append(&writer, "x").ok());
  auto* const envelope = reinterpret_cast<Envelope*>(view_.Slot(next));
  envelope->size = 1000;
  EXPECT_NE(Body(reader, next).find("1000 bytes in a slot of 96"), std::string::npos);
  envelope->size = 1;
  envelope->sequence += 4;
  EXPECT_NE(Body(reader, next).find("the slot holds message"), std::string::npos);
}

TEST_F(RingTest, TellsAReaderWhosePositionCannotBe) {
  RingWriter writer(view_);
  RingReader reader = ReaderOf(kReader);
  reader.Attach(ReaderState::kNormal);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(Append(&writer, "x").ok());
  segment_.progress(kReader, kWriter).sequence = 3;  // five messages on, and four are sent
  absl::Status status = Append(&writer, "x");
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(status.message(),
            "incarnation 2 claims position 3 in a ring of 4 messages that has published 1:2");
  segment_.progress(kReader, kWriter).sequence = kNearWrap - 1;
  EXPECT_EQ(Append(&writer, "x").code(), absl::StatusCode::kDataLoss);
}

// Between reading where the ring ends and showing it, a reader may be stopped for any time.
TEST_F(RingTest, TakesAReaderThatWasOvertakenWhileItAttachedForOneThatComesLater) {
  RingWriter writer(view_);
  Cell& cell = segment_.progress(kReader, kWriter);
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(Append(&writer, "x").ok());
  cell.sequence = kNearWrap;  // as if the reader had looked before
  cell.state = ReaderState::kAttaching;
  for (int i = 0; i < 9; ++i) EXPECT_TRUE(Append(&writer, "x").ok());
  cell.state = ReaderState::kNormal;
  for (int i = 0; i < 3; ++i) Append(&writer, "x").IgnoreError();
  EXPECT_EQ(Append(&writer, "x").code(), absl::StatusCode::kDataLoss);
}

// A sender that met the reader's first position, a whole ring behind, must look again: the reader
// may find nothing to read, and say nothing more.
TEST_F(RingTest, WhoHasAttachedRingsForABlockedSender) {
  RingReader reader = ReaderOf(kReader);
  const Doorbell::Ticket before = view_.room->Listen();
  reader.Attach(ReaderState::kNormal);
  EXPECT_EQ(view_.room->Listen(), before);
  view_.header->blocked = 1;
  reader.Attach(ReaderState::kNormal);
  EXPECT_NE(view_.room->Listen(), before);
}

TEST_F(RingTest, APublicationRingsWhenThereIsTheRoomThatABlockedSenderAskedFor) {
  RingWriter writer(view_);
  RingReader reader = ReaderOf(kReader);
  uint64_t next = reader.Attach(ReaderState::kNormal);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(Append(&writer, "x").ok());
  view_.header->blocked = 1;
  EXPECT_EQ(writer.AskForRoom(2).code(), absl::StatusCode::kResourceExhausted);
  const Doorbell::Ticket before = view_.room->Listen();
  reader.Publish(++next);
  EXPECT_EQ(view_.room->Listen(), before);
  EXPECT_FALSE(writer.AskForRoom(2).ok());
  reader.Publish(++next);
  EXPECT_NE(view_.room->Listen(), before);
  EXPECT_TRUE(writer.AskForRoom(2).ok());
}

TEST_F(RingTest, APublicationRingsForABlockedSenderOnly) {
  RingReader reader = ReaderOf(kReader);
  const uint64_t next = reader.Attach(ReaderState::kNormal);
  const Doorbell::Ticket before = view_.room->Listen();
  reader.Publish(next);
  EXPECT_EQ(view_.room->Listen(), before);
  view_.header->blocked = 1;
  reader.Publish(next);
  EXPECT_NE(view_.room->Listen(), before);
}

}  // namespace
}  // namespace fence
