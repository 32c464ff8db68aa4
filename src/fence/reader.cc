#include "fence/reader.h"

#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fence {
namespace {

// gRPC's code, too, for what a handler of the application throws.
absl::Status Thrown(const char* by, const Message& message, const std::string& what) {
  return absl::UnknownError(absl::StrCat(
      by, " of message type ", message.type, ", message ", message.position.sequence,
      " of incarnation ", message.sender, " (slot ", message.sender_slot, ") threw: ", what));
}

}  // namespace

Reader::Reader(const Segment& segment, Incarnation self, Incarnation sender, uint32_t sender_slot,
               bool service, int spins, Callbacks callbacks)
    : control_(segment.control()),
      self_(segment.record(self)),
      view_(segment.request_ring(sender)),
      ring_(view_, &segment.progress(self, sender)),
      sender_(sender),
      sender_slot_(sender_slot),
      callbacks_(std::move(callbacks)),
      service_(service),
      spins_(spins) {}

absl::Status Reader::Start() {
  return thread_.Start(absl::StrCat("reader-", sender_slot_), [this] { Run(); });
}

void Reader::Join() {
  thread_.Join([this] { view_.header->messages.RingForEnd(); });
}

void Reader::SetService(bool service) {
  service_.store(service, std::memory_order_release);
  view_.header->messages.Ring();
}

// RingForEnd wakes this reader, and for nothing the others of the same ring.
void Reader::Stop() {
  stop_.store(true, std::memory_order_release);
  view_.header->messages.RingForEnd();
}

void Reader::Retire() {
  if (!retired_.exchange(true, std::memory_order_acq_rel)) view_.header->messages.RingForEnd();
}

void Reader::Run() {
  AdoptState();
  while (Step()) {
  }
  const bool unreadable = state_ == ReaderState::kUnreadable;
  ring_.SetState(unreadable ? state_ : ReaderState::kStopping);
  if (unreadable) control_.roster_changes.fetch_add(1, std::memory_order_seq_cst);
  finished_.store(true, std::memory_order_release);
  control_.roster.Ring();       // this process's roster joins the thread
  control_.coordinator.Ring();  // a target of this reader will not be met
}

bool Reader::Step() {
  const Doorbell::Ticket ticket = view_.header->messages.Listen();
  const bool retired = retired_.load(std::memory_order_acquire);
  AdoptState();
  // Retirement is looked at before the end of the ring: what was published before it is handled.
  const uint64_t limit = ring_.Published();
  const uint64_t before = next_;
  while (next_ != limit) {
    if (stop_.load(std::memory_order_acquire)) return false;
    if (!Fetch(next_) || !Handle()) break;
  }
  if (stop_.load(std::memory_order_acquire) || !IsReading(state_)) return false;
  if (retired && next_ == limit) return false;
  if (next_ == before) view_.header->messages.Wait(ticket, Deadline::Infinite(), spins_);
  return true;
}

// The state changes between two messages, in this thread, so that the cell never says normal while
// one is held back.
void Reader::AdoptState() {
  const bool service = service_.load(std::memory_order_acquire);
  const ReaderState wanted = service ? ReaderState::kService : ReaderState::kNormal;
  if (state_ == wanted) return;
  if (state_ == ReaderState::kDetached) {
    next_ = ring_.Attach(wanted);
  } else {
    ring_.SetState(wanted);
  }
  state_ = wanted;
  control_.coordinator.Ring();
}

// Copies a message out of the ring. False when this reader has come to its end.
bool Reader::Fetch(uint64_t sequence) {
  const absl::Status read = ring_.Read(sequence, &envelope_, &body_);
  // Once gone, this process is not waited for, and what it has just read may have been overwritten
  // meanwhile. An acquire load alone would let the copy come after the question.
  std::atomic_thread_fence(std::memory_order_acquire);
  const bool gone = IsGone(self_);
  if (read.ok() && !gone) return true;
  state_ = gone ? ReaderState::kStopping : ReaderState::kUnreadable;
  if (!gone) {
    callbacks_.on_unreadable(absl::DataLossError(absl::StrCat(
        "ring of incarnation ", sender_, " (slot ", sender_slot_, "): ", read.message())));
  }
  return false;
}

// Handles the message that was fetched, and says so. False when it may not be handled now.
bool Reader::Handle() {
  if (envelope_.kind == Kind::kApplication) {
    if (state_ == ReaderState::kService) return false;
    if (!Deliver(envelope_)) return false;
  }
  ++next_;
  Publish(next_);
  return true;
}

// False when the message cannot be handled, now or ever.
bool Reader::Deliver(const Envelope& envelope) {
  const absl::Status handled = RunHandler({.type = envelope.type,
                                           .sender = sender_,
                                           .sender_slot = sender_slot_,
                                           .position = {sender_, envelope.sequence},
                                           .payload = body_});
  if (handled.ok()) return true;
  // Before the reader ends: nobody may see a reader that has ended in a member that goes on.
  callbacks_.on_failure(handled);
  state_ = ReaderState::kStopping;
  return false;
}

absl::Status Reader::RunHandler(const Message& message) {
  const char* running = "handler";
  try {
    callbacks_.deliver(message);
    running = "task queued by the handler";
    while (!after_handler_.empty()) {
      const std::function<void()> task = std::move(after_handler_.front());
      after_handler_.pop_front();
      task();
    }
    return absl::OkStatus();
  } catch (const std::exception& thrown) {
    return Thrown(running, message, thrown.what());
  } catch (...) {
    return Thrown(running, message, "something that is no std::exception");
  }
}

void Reader::Publish(uint64_t sequence) {
  ring_.Publish(sequence);
  // Sequentially consistent with the coordinator, which says that it watches before it looks at the
  // cell.
  if (control_.watching.load(std::memory_order_seq_cst) != 0) control_.coordinator.Ring();
}

}  // namespace fence
