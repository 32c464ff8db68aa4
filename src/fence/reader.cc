#include "fence/reader.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "fence/thread_name.h"

namespace fence {

Reader::Reader(const Segment& segment, Incarnation self, Incarnation sender, bool service,
               int spins, Callbacks callbacks)
    : control_(segment.control()),
      self_(segment.record(self)),
      view_(segment.request_ring(sender)),
      ring_(view_, &segment.progress(self, sender)),
      sender_(sender),
      sender_slot_(segment.record(sender).slot),
      callbacks_(std::move(callbacks)),
      service_(service),
      spins_(spins),
      thread_([this] { Run(); }),
      thread_id_(thread_.get_id()) {}

void Reader::Join() {
  if (thread_.joinable()) thread_.join();
}

void Reader::SetService(bool service) {
  service_.store(service, std::memory_order_release);
  view_.header->messages.Ring();
}

void Reader::Command(std::atomic<bool>* flag) const {
  if (flag->exchange(true, std::memory_order_acq_rel)) return;
  view_.header->messages.Ring();  // wakes this reader, and for nothing the others of the same ring
}

void Reader::Run() {
  NameThisThread(absl::StrCat("reader-", sender_slot_));
  AdoptState();
  while (Step()) {
  }
  ring_.SetState(ReaderState::kStopping);
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
  if (stop_.load(std::memory_order_acquire) || state_ == ReaderState::kStopping) return false;
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
  // Once dropped, this process is not waited for, and what it has just read may have been
  // overwritten meanwhile. An acquire load alone would let the copy come after the question.
  std::atomic_thread_fence(std::memory_order_acquire);
  const bool dropped = self_.status.load(std::memory_order_acquire) == MemberStatus::kLost;
  if (read.ok() && !dropped) return true;
  if (!dropped) callbacks_.on_error(read);
  state_ = ReaderState::kStopping;
  return false;
}

// Handles the message that was fetched, and says so. False when it may not be handled now.
bool Reader::Handle() {
  if (envelope_.kind == Kind::kApplication) {
    if (state_ == ReaderState::kService) return false;
    Deliver(envelope_);
  }
  ++next_;
  Publish(next_);
  return true;
}

void Reader::Deliver(const Envelope& envelope) {
  const Message message{.type = envelope.type,
                        .sender = sender_,
                        .sender_slot = sender_slot_,
                        .position = {view_.header->epoch, envelope.sequence},
                        .payload = body_};
  callbacks_.deliver(message);
  while (!after_handler_.empty()) {
    const std::function<void()> task = std::move(after_handler_.front());
    after_handler_.pop_front();
    task();
  }
}

void Reader::Publish(uint64_t sequence) {
  ring_.Publish(sequence);
  // Sequentially consistent with the coordinator, which says that it watches before it looks at the
  // cell.
  if (control_.watching.load(std::memory_order_seq_cst) != 0) control_.coordinator.Ring();
}

}  // namespace fence
