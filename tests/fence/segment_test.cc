#include "fence/segment.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <string>

namespace fence {
namespace {

std::string GroupName(const char* test) {
  return std::string("segment_test.") + test + "." + std::to_string(getpid());
}

constexpr Geometry kSmall{.slots = 2, .incarnations = 4, .ring_messages = 8, .message_bytes = 96};

// A segment whose name goes with the test.
class Named {
 public:
  explicit Named(const char* test)
      : group_(GroupName(test)), segment_(Segment::Create(group_, kSmall)) {}
  ~Named() { Segment::Unlink(group_).IgnoreError(); }
  const std::string& group() const { return group_; }
  const absl::StatusOr<Segment>& segment() const { return segment_; }

  // The segment's bytes, to spoil them.
  std::byte* bytes() const {
    return reinterpret_cast<std::byte*>(&segment_->control()) - SegmentOffsets(kSmall).control;
  }

 private:
  const std::string group_;
  const absl::StatusOr<Segment> segment_;
};

// A shared-memory file with a group's name that no Segment made.
class Foreign {
 public:
  Foreign(const std::string& group, off_t bytes) : path_("/fence." + group) {
    fd_ = shm_open(path_.c_str(), O_CREAT | O_EXCL | O_RDWR, 0600);
    EXPECT_GE(fd_, 0);
    EXPECT_EQ(ftruncate(fd_, bytes), 0);
  }
  ~Foreign() {
    close(fd_);
    shm_unlink(path_.c_str());
  }
  void Write(const void* data, size_t bytes) {
    EXPECT_EQ(pwrite(fd_, data, bytes, 0), static_cast<ssize_t>(bytes));
  }

 private:
  const std::string path_;
  int fd_;
};

TEST(Segment, IsOneMemoryAtTwoAddresses) {
  const Named made("two");
  ASSERT_TRUE(made.segment().ok()) << made.segment().status();
  const auto attached = Segment::Attach(made.group());
  ASSERT_TRUE(attached.ok()) << attached.status();
  EXPECT_EQ(attached->geometry(), kSmall);
  EXPECT_NE(&attached->control(), &made.segment()->control());
  made.segment()->progress(2, 3).sequence = 77;
  EXPECT_EQ(attached->progress(2, 3).sequence, 77u);
}

TEST(Segment, HasACellOfItsOwnForEachPairAndRing) {
  const Named made("cells");
  ASSERT_TRUE(made.segment().ok());
  const Segment& segment = *made.segment();
  uint64_t number = 1;
  for (Incarnation a = 1; a <= kSmall.incarnations; ++a) {
    segment.scan(a).sequence = number++;
    segment.reply_cell(a).sequence = number++;
    for (Incarnation b = 1; b <= kSmall.incarnations; ++b)
      segment.progress(a, b).sequence = number++;
  }
  number = 1;
  for (Incarnation a = 1; a <= kSmall.incarnations; ++a) {
    EXPECT_EQ(segment.scan(a).sequence, number++);
    EXPECT_EQ(segment.reply_cell(a).sequence, number++);
    for (Incarnation b = 1; b <= kSmall.incarnations; ++b)
      EXPECT_EQ(segment.progress(a, b).sequence, number++);
  }
}

TEST(Segment, RingsOfDifferentWritersDoNotOverlap) {
  const Named made("rings");
  ASSERT_TRUE(made.segment().ok());
  const RingView first = made.segment()->request_ring(1);
  const RingView second = made.segment()->request_ring(2);
  const RingView replies = made.segment()->reply_ring();
  const ptrdiff_t bytes = kSmall.ring_messages * SlotBytes(kSmall.message_bytes);
  EXPECT_GE(second.slots - first.slots, bytes);
  EXPECT_GE(first.slots - replies.slots, bytes);
  EXPECT_EQ(first.Slot(8), first.Slot(0));
  EXPECT_EQ(first.Slot(0) - first.Slot(UINT64_MAX), -7 * static_cast<ptrdiff_t>(SlotBytes(96)));
  EXPECT_GE(SlotBytes(96), sizeof(Envelope) + 96);
}

TEST(Segment, IsNeverReusedSilently) {
  const Named made("reuse");
  ASSERT_TRUE(made.segment().ok());
  EXPECT_EQ(Segment::Create(made.group(), kSmall).status().code(),
            absl::StatusCode::kAlreadyExists);
}

TEST(Segment, ThatIsNotThereIsNotFound) {
  EXPECT_EQ(Segment::Attach(GroupName("nowhere")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Segment::Unlink(GroupName("nowhere")).code(), absl::StatusCode::kNotFound);
}

TEST(Segment, NamesWithSlashesOrWithoutLettersAreRefused) {
  for (const std::string& name :
       {std::string(), std::string("a/b"), std::string(201, 'x'), std::string("a\0b", 3)}) {
    EXPECT_EQ(Segment::Create(name, kSmall).status().code(), absl::StatusCode::kInvalidArgument)
        << name;
    EXPECT_EQ(Segment::Attach(name).status().code(), absl::StatusCode::kInvalidArgument) << name;
  }
}

TEST(Segment, GeometryOutOfRangeIsNamed) {
  const auto refusal = [](Geometry geometry) { return std::string(Validate(geometry).message()); };
  Geometry geometry = kSmall;
  EXPECT_TRUE(Validate(geometry).ok());
  geometry.slots = 5;
  EXPECT_EQ(refusal(geometry), "geometry.slots: expected 1 to 4 (the incarnations), got 5");
  geometry = kSmall;
  geometry.incarnations = 0;
  EXPECT_NE(refusal(geometry).find("geometry.incarnations"), std::string::npos);
  geometry = kSmall;
  geometry.ring_messages = 12;
  EXPECT_NE(refusal(geometry).find("geometry.ring_messages: expected a power of two"),
            std::string::npos);
  geometry = kSmall;
  geometry.message_bytes = 88;
  EXPECT_NE(refusal(geometry).find("geometry.message_bytes"), std::string::npos);
}

TEST(Segment, BeingMadeIsUnavailable) {
  const Foreign empty(GroupName("empty"), 0);
  EXPECT_EQ(Segment::Attach(GroupName("empty")).status().code(), absl::StatusCode::kUnavailable);
  const Foreign zero(GroupName("zero"), 65536);
  EXPECT_EQ(Segment::Attach(GroupName("zero")).status().code(), absl::StatusCode::kUnavailable);
}

TEST(Segment, OfAForeignProgramIsRefused) {
  Foreign foreign(GroupName("foreign"), 65536);
  foreign.Write("something else", 14);
  const absl::Status status = Segment::Attach(GroupName("foreign")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(std::string(status.message()).find("magic"), std::string::npos);
}

TEST(Segment, TooShortForAHeaderIsRefused) {
  const Foreign stump(GroupName("stump"), 40);
  EXPECT_EQ(Segment::Attach(GroupName("stump")).status().code(), absl::StatusCode::kDataLoss);
}

// The parts of the header that a refusal may name.
bool NamesAPart(const std::string& refusal) {
  for (const char* part :
       {"magic", "version", "fingerprint", "total_bytes", "lease", "geometry.", "checksum"}) {
    if (refusal.find(part) != std::string::npos) return true;
  }
  return false;
}

TEST(Segment, EveryFlippedHeaderBitIsRefused) {
  const Named made("flip");
  ASSERT_TRUE(made.segment().ok());
  for (size_t bit = 0; bit < 8 * sizeof(SegmentHeader); ++bit) {
    const auto mask = static_cast<std::byte>(1 << bit % 8);
    made.bytes()[bit / 8] ^= mask;
    const absl::Status refused = Segment::Attach(made.group()).status();
    EXPECT_FALSE(refused.ok()) << "byte " << bit / 8 << ", bit " << bit % 8;
    EXPECT_TRUE(NamesAPart(std::string(refused.message()))) << refused;
    made.bytes()[bit / 8] ^= mask;
  }
  EXPECT_TRUE(Segment::Attach(made.group()).ok());
}

// Values that could be right: only the checksum knows that they are not.
TEST(Segment, AnotherLeaseOrFewerSlotsAreRefusedByTheChecksum) {
  const Named made("plausible");
  ASSERT_TRUE(made.segment().ok());
  SegmentFacts& facts = reinterpret_cast<SegmentHeader*>(made.bytes())->facts;
  const SegmentFacts good = facts;
  facts.lease_ns = 1'000'000'000;
  EXPECT_NE(Segment::Attach(made.group()).status().message().find("checksum"), std::string::npos);
  facts = good;
  facts.geometry.slots = 1;
  EXPECT_NE(Segment::Attach(made.group()).status().message().find("checksum"), std::string::npos);
  facts = good;
  EXPECT_TRUE(Segment::Attach(made.group()).ok());
}

}  // namespace
}  // namespace fence
