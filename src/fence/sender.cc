#include "fence/sender.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

namespace fence {
namespace {

// Readers that fill a ring's worth of room in less are fast.
constexpr std::chrono::nanoseconds kFastReaders = std::chrono::microseconds(200);

RingView MakeReady(const Segment& segment, Incarnation self, uint64_t first_sequence) {
  const RingView ring = segment.request_ring(self);
  RingWriter::Initialize(ring, /*epoch=*/self, first_sequence);
  return ring;
}

}  // namespace

Sender::Sender(const Segment& segment, Incarnation self, uint64_t first_sequence, int spins)
    : control_(segment.control()),
      record_(segment.record(self)),
      ring_(MakeReady(segment, self, first_sequence)),
      writer_(ring_),
      spins_(spins) {}

absl::StatusOr<Position> Sender::TryAppend(Kind kind, uint32_t type, std::string_view body,
                                           Wake wake) {
  std::unique_lock lock(mutex_);
  if (absl::Status usable = Usable(); !usable.ok()) return usable;
  absl::StatusOr<Position> at = writer_.TryAppend(kind, type, body);
  if (!at.ok()) {
    if (absl::IsDataLoss(at.status())) TellTheCoordinator();
    return at;
  }
  if (kind == Kind::kLeave) closed_ = absl::FailedPreconditionError(kHasLeft);
  lock.unlock();
  if (wake == Wake::kReaders) ring_.header->messages.Ring();
  return at;
}

absl::StatusOr<Position> Sender::Append(Kind kind, uint32_t type, std::string_view body, Wake wake,
                                        Deadline deadline) {
  for (bool in_time = true;;) {
    absl::StatusOr<Position> at = TryAppend(kind, type, body, wake);
    const bool corrupt = absl::IsDataLoss(at.status());
    if (!absl::IsResourceExhausted(at.status()) && !corrupt) return at;
    if (control_.stopped.load(std::memory_order_seq_cst) != 0) {
      return absl::UnavailableError("the ring is full, and the coordinator has stopped");
    }
    // What it was closed with may be any status.
    if (absl::Status usable = CheckUsable(); !usable.ok()) return usable;
    if (!in_time) {
      return corrupt ? at.status() : absl::DeadlineExceededError("the ring stayed full");
    }
    // One place may be free although it has waited in vain for more.
    in_time = AwaitRoom(deadline);
  }
}

void Sender::Close(absl::Status why) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_.ok()) closed_ = std::move(why);
  }
  ring_.header->room.RingForEnd();
}

absl::Status Sender::Usable() const {
  if (!closed_.ok()) return closed_;
  // Asked in the middle of every send: a process that was stopped for long may be none any more.
  if (record_.status.load(std::memory_order_seq_cst) == MemberStatus::kLost) {
    return absl::CancelledError(kWasDropped);
  }
  return absl::OkStatus();
}

absl::Status Sender::CheckUsable() {
  const std::lock_guard lock(mutex_);
  return Usable();
}

// A reader claims what cannot be: the coordinator looks whose doing it is.
void Sender::TellTheCoordinator() {
  control_.roster_changes.fetch_add(1, std::memory_order_seq_cst);
  control_.coordinator.Ring();
}

// Sleeps until something has changed that may have made room. False when the deadline has passed.
bool Sender::AwaitRoom(Deadline deadline) {
  std::atomic<uint32_t>& blocked = ring_.header->blocked;
  blocked.fetch_add(1, std::memory_order_seq_cst);
  const Doorbell::Ticket ticket = ring_.header->room.Listen();
  // Readers that nobody has woken for what is in the ring must move.
  ring_.header->messages.Ring();
  bool full = false;
  {
    const std::lock_guard lock(mutex_);
    full = Usable().ok() && !writer_.AskForRoom(WantedRoom()).ok();
  }
  const bool stopped = control_.stopped.load(std::memory_order_seq_cst) != 0;
  const bool in_time = !full || stopped || ring_.header->room.Wait(ticket, deadline, spins_);
  blocked.fetch_sub(1, std::memory_order_seq_cst);
  return in_time;
}

// One place, unless the last wait was a moment ago: then a wake-up for each message would be most
// of the work. A slow reader is asked for one: it may take long to the next.
uint64_t Sender::WantedRoom() {
  const int64_t now_ns = MonotonicNow();
  const bool fast = now_ns - std::exchange(blocked_at_ns_, now_ns) < kFastReaders.count();
  return fast ? std::max(1u, ring_.capacity / 4) : 1;
}

}  // namespace fence
