// One reader thread on one ring: what it handles, when its progress moves, how it ends.
#include "fence/reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <limits>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "fence/segment.h"
#include "tests/fence/soon.h"

namespace fence {
namespace {

constexpr Geometry kSmall{.slots = 4, .incarnations = 4, .ring_messages = 8, .message_bytes = 96};
constexpr Incarnation kSender = 1;
constexpr Incarnation kSelf = 2;
constexpr uint64_t kFirst = std::numeric_limits<uint64_t>::max() - 1;

class ReaderTest : public testing::Test {
 protected:
  ReaderTest()
      : segment_(*Segment::Create(Group(), kSmall)), ring_(segment_.request_ring(kSender)) {
    segment_.control().claimed = kSmall.incarnations;
    for (const Incarnation member : {kSender, kSelf}) {
      segment_.record(member).status = MemberStatus::kMember;
    }
    RingWriter::Initialize(ring_, kSender, kFirst);
    writer_ = std::make_unique<RingWriter>(ring_);
  }
  ~ReaderTest() override {
    hold_ = false;
    Stop();
    Segment::Unlink(Group()).IgnoreError();
  }

  static std::string Group() { return "reader_test." + std::to_string(getpid()); }

  void Start(bool service = false) {
    reader_ = std::make_unique<Reader>(
        segment_, kSelf, kSender, /*sender_slot=*/3, service, /*spins=*/0,
        Reader::Callbacks{
            .deliver = [this](const Message& message) { Handle(message); },
            .on_unreadable = [this](const absl::Status& error) { unreadable_ = Note(error); },
            .on_failure = [this](const absl::Status& why) { failure_ = Note(why); }});
    ASSERT_TRUE(reader_->Start().ok());
    ASSERT_TRUE(Soon([this] { return IsReading(cell().state); }));
  }
  void Stop() {
    if (reader_ == nullptr) return;
    reader_->Stop();
    reader_->Join();
  }

  // "throw" throws, "tasks" queues two, which queue nothing.
  void Handle(const Message& message) {
    Say(std::string(message.payload));
    while (hold_) usleep(100);
    if (message.payload == "throw") throw std::runtime_error("as told");
    if (message.payload == "tasks") {
      reader_->RunAfterCurrentHandler([this] { Say("first task"); });
      reader_->RunAfterCurrentHandler([this] { Say("second task"); });
    }
  }

  void Append(Kind kind, const std::string& body) {
    ASSERT_TRUE(writer_->TryAppend(kind, 5, body).ok());
    ring_.header->messages.Ring();
  }
  void Send(const std::string& body) { Append(Kind::kApplication, body); }

  void Say(const std::string& text) {
    const std::lock_guard lock(mutex_);
    said_.push_back(text);
  }
  std::string Note(const absl::Status& status) {
    const std::lock_guard lock(mutex_);
    return std::string(status.message());
  }
  std::vector<std::string> Said() {
    const std::lock_guard lock(mutex_);
    return said_;
  }
  using Texts = std::vector<std::string>;

  const Cell& cell() const { return segment_.progress(kSelf, kSender); }
  // How many messages the cell says to have been handled.
  uint64_t Handled() const { return cell().sequence.load() - kFirst; }
  bool Comes(uint64_t handled) {
    return Soon([&] { return Handled() == handled; });
  }

  const Segment segment_;
  const RingView ring_;
  std::unique_ptr<RingWriter> writer_;
  std::atomic<bool> hold_ = false;
  std::mutex mutex_;
  Texts said_;
  std::string unreadable_, failure_;  // read after the thread has ended
  std::unique_ptr<Reader> reader_;
};

// Lesson 10, silent-reader-is-zero.
TEST_F(ReaderTest, SaysWhereItBeginsBeforeTheFirstMessage) {
  EXPECT_EQ(cell().state, ReaderState::kDetached);
  Start();
  EXPECT_EQ(cell().state, ReaderState::kNormal);
  EXPECT_EQ(cell().sequence, kFirst);
  EXPECT_EQ(cell().epoch, kSender);
}

// Lesson 11, path-without-publish.
TEST_F(ReaderTest, MovesItsProgressAfterMessagesOfEveryKind) {
  Start();
  uint64_t handled = 0;
  for (const Kind kind : {Kind::kArrive, Kind::kApplication, Kind::kLeave}) {
    Append(kind, "x");  // and is silent after it
    EXPECT_TRUE(Comes(++handled)) << static_cast<uint32_t>(kind);
  }
  EXPECT_EQ(Said(), Texts{"x"}) << "control messages are not the application's";
}

// Lesson 13, publish-at-fetch.
TEST_F(ReaderTest, MovesItsProgressWhenTheHandlerHasReturnedAndNotBefore) {
  hold_ = true;
  Start();
  Send("a");
  ASSERT_TRUE(Soon([&] { return Said() == Texts{"a"}; }));
  EXPECT_EQ(Handled(), 0u);
  hold_ = false;
  EXPECT_TRUE(Comes(1));
}

// Lesson 14, service-counts-as-normal.
TEST_F(ReaderTest, InServiceStateStopsAtTheFirstApplicationMessage) {
  Start(/*service=*/true);
  EXPECT_EQ(cell().state, ReaderState::kService);
  Append(Kind::kArrive, "x");
  EXPECT_TRUE(Comes(1));
  Send("a");
  Append(Kind::kArrive, "x");
  usleep(20'000);
  EXPECT_EQ(Handled(), 1u) << "what is handled behind a message that is held back does not count";
  EXPECT_EQ(Said(), Texts{});
  reader_->SetService(false);
  EXPECT_TRUE(Comes(3));
  EXPECT_EQ(Said(), Texts{"a"});
}

// Lesson 18, post-handler-overwritten.
TEST_F(ReaderTest, RunsEveryTaskThatTheHandlerQueuedBeforeItsMessageCounts) {
  Start();
  Send("tasks");
  EXPECT_TRUE(Comes(1));
  EXPECT_EQ(Said(), (Texts{"tasks", "first task", "second task"}));
}

// Lesson 06, one-shot-recheck.
TEST_F(ReaderTest, RingsForACoordinatorThatWatches) {
  Start();
  Send("a");
  ASSERT_TRUE(Comes(1));
  Doorbell& bell = segment_.control().coordinator;
  const Doorbell::Ticket before = bell.Listen();
  Send("b");
  ASSERT_TRUE(Comes(2));
  usleep(5'000);
  EXPECT_EQ(bell.Listen(), before) << "nobody watches";
  segment_.control().watching = 1;
  Send("c");
  EXPECT_TRUE(Soon([&] { return bell.Listen() != before; }));
  EXPECT_EQ(Handled(), 3u);
}

TEST_F(ReaderTest, NeverCountsAMessageWhoseHandlerThrew) {
  Start();
  Send("a");
  Send("throw");
  Send("b");
  reader_->Join();
  EXPECT_EQ(Handled(), 1u);
  EXPECT_EQ(Said(), (Texts{"a", "throw"}));
  EXPECT_EQ(cell().state, ReaderState::kStopping);
  EXPECT_EQ(failure_,
            "handler of message type 5, message 18446744073709551615 of incarnation 1 (slot 3) "
            "threw: as told");
  EXPECT_EQ(unreadable_, "");
}

TEST_F(ReaderTest, TellsTheCoordinatorOfARingThatCannotBeRead) {
  Start();
  const uint32_t changes = segment_.control().roster_changes;
  const Envelope bad = {
      .sequence = kFirst, .kind = Kind::kApplication, .type = 5, .size = 1000, .reserved = 0};
  std::memcpy(ring_.Slot(kFirst), &bad, sizeof bad);
  ring_.header->published.store(kFirst + 1, std::memory_order_release);
  ring_.header->messages.Ring();
  reader_->Join();
  EXPECT_EQ(cell().state, ReaderState::kUnreadable);
  EXPECT_NE(segment_.control().roster_changes, changes);
  EXPECT_EQ(unreadable_,
            "ring of incarnation 1 (slot 3): message 18446744073709551614: 1000 bytes in a slot of "
            "96");
  EXPECT_EQ(failure_, "");
  EXPECT_EQ(Handled(), 0u);
}

// What a process reads after it has gone may have been overwritten: nobody's fault.
TEST_F(ReaderTest, OfAProcessThatHasGoneEndsWithoutAWord) {
  for (const MemberStatus gone : {MemberStatus::kLeft, MemberStatus::kLost}) {
    segment_.record(kSelf).status = MemberStatus::kMember;
    Start();
    segment_.record(kSelf).status = gone;
    Send("a");
    reader_->Join();
    EXPECT_EQ(Said(), Texts{});
    EXPECT_EQ(cell().state, ReaderState::kStopping);
    EXPECT_EQ(unreadable_, "");
  }
}

TEST_F(ReaderTest, ThatIsRetiredHandlesWhatWasPublishedBefore) {
  hold_ = true;
  Start();
  for (int i = 0; i < 5; ++i) Send("a");
  reader_->Retire();
  hold_ = false;
  reader_->Join();
  EXPECT_EQ(Handled(), 5u);
}

}  // namespace
}  // namespace fence
