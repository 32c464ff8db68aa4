#include "fence/ring.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fence {
namespace {

// How many messages `reader` has still to handle; nothing if the writer need not wait for it.
//
// A lost or departed member's cell is skipped by its record, not by its own state: a dead process
// cannot detach.
absl::StatusOr<uint64_t> Backlog(const Cell& cell, Incarnation reader, Position published,
                                 uint32_t capacity) {
  const ReaderState state = cell.state.load(std::memory_order_seq_cst);
  if (state == ReaderState::kDetached || state == ReaderState::kStopping ||
      state == ReaderState::kUnreadable) {
    return 0;
  }
  const uint64_t sequence = cell.sequence.load(std::memory_order_seq_cst);
  const int64_t backlog = SequenceDistance(sequence, published.sequence);
  if (backlog >= 0 && backlog <= static_cast<int64_t>(capacity)) {
    return static_cast<uint64_t>(backlog);
  }
  // It was overtaken before its cell could be seen. It will look again and take a later position,
  // as if it came only now.
  if (state == ReaderState::kAttaching) return 0;
  return absl::DataLossError(absl::StrCat("incarnation ", reader, " claims position ", sequence,
                                          " in a ring of ", capacity,
                                          " messages that has published ", ToString(published)));
}

}  // namespace

void RingWriter::Initialize(const RingView& ring, uint64_t epoch, uint64_t first) {
  ring.header->epoch = epoch;
  ring.header->first = first;
  ring.header->room_from.store(first, std::memory_order_relaxed);
  ring.header->calls_from.store(first, std::memory_order_relaxed);
  ring.header->calls_end.store(first, std::memory_order_relaxed);
  ring.header->published.store(first, std::memory_order_seq_cst);
}

RingWriter::RingWriter(const RingView& ring)
    : ring_(ring), next_(ring.Published().sequence), calls_from_(next_), calls_end_(next_) {}

absl::StatusOr<Position> RingWriter::TryAppend(Kind kind, uint32_t type, std::string_view body) {
  if (body.size() > ring_.message_bytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a message of type ", type, " with ", body.size(), " bytes, but this group's limit is ",
        ring_.message_bytes, " (message_bytes)"));
  }
  if (absl::Status room = CheckRoom(1); !room.ok()) return room;

  const bool is_call = kind == Kind::kArrive || kind == Kind::kLeave;
  // Before `calls_end` shows that there is something to read from there.
  if (is_call && !CallsArePending()) {
    calls_from_ = next_;
    ring_.header->calls_from.store(calls_from_, std::memory_order_release);
  }

  const Envelope envelope{.sequence = next_,
                          .kind = kind,
                          .type = type,
                          .size = static_cast<uint32_t>(body.size()),
                          .reserved = 0};
  std::byte* const slot = ring_.Slot(next_);
  std::memcpy(slot, &envelope, sizeof(envelope));
  std::memcpy(slot + sizeof(envelope), body.data(), body.size());
  ++next_;
  --free_;
  ring_.header->published.store(next_, std::memory_order_release);
  if (is_call) {
    calls_end_ = next_;
    ring_.header->calls_end.store(calls_end_, std::memory_order_release);
  }
  return Position{ring_.header->epoch, next_};
}

absl::Status RingWriter::AskForRoom(uint64_t messages) {
  ring_.header->room_from.store(next_ + messages - ring_.capacity, std::memory_order_seq_cst);
  return CheckRoom(messages);
}

absl::Status RingWriter::CheckRoom(uint64_t messages) {
  if (free_ >= messages) return absl::OkStatus();
  const absl::StatusOr<uint64_t> backlog = LargestBacklog();
  if (!backlog.ok()) return backlog.status();
  free_ = ring_.capacity - *backlog;
  if (free_ < messages) return absl::ResourceExhaustedError("the ring is full");
  return absl::OkStatus();
}

// The coordinator's cursor moves over calls only.
bool RingWriter::CallsArePending() const {
  return ring_.scan != nullptr &&
         ring_.scan->state.load(std::memory_order_seq_cst) != ReaderState::kDetached &&
         SequenceDistance(ring_.scan->sequence.load(std::memory_order_seq_cst), calls_end_) > 0;
}

// Wherever the cursor claims to be, at most all since the first call that was pending.
uint64_t RingWriter::BacklogOfCalls() const {
  if (!CallsArePending()) return 0;
  const uint64_t scan = ring_.scan->sequence.load(std::memory_order_seq_cst);
  const uint64_t backlog = next_ - calls_from_;
  const uint64_t taken = scan - calls_from_;  // a huge number where it lies before that
  return taken <= backlog ? backlog - taken : backlog;
}

absl::StatusOr<uint64_t> RingWriter::LargestBacklog() const {
  // Once more, and in one order with the cells: a reader that has taken its position again and
  // found that nothing was published meanwhile has its cell seen below (RingReader::Attach).
  ring_.header->published.store(next_, std::memory_order_seq_cst);
  uint64_t largest = 0;
  const auto include = [&](const Cell& cell, Incarnation reader) {
    const absl::StatusOr<uint64_t> backlog =
        Backlog(cell, reader, {ring_.header->epoch, next_}, ring_.capacity);
    if (backlog.ok()) largest = std::max(largest, *backlog);
    return backlog.status();
  };
  const uint32_t claimed =
      std::min(ring_.claimed->load(std::memory_order_seq_cst), ring_.incarnations);
  for (uint32_t i = 0; i < claimed; ++i) {
    if (IsGone(ring_.records[i])) continue;
    if (absl::Status status = include(ring_.cells[i], i + 1); !status.ok()) return status;
  }
  return std::max(largest, BacklogOfCalls());
}

uint64_t RingReader::Attach(ReaderState state) {
  // A slot is protected once the writer can see the cell that needs it. The writer may have counted
  // its free slots just before, so the position is taken again until it has not moved since the
  // cell could be seen: then the writer's next count comes later than the cell.
  //
  //   reader                                     writer
  //   p := published
  //                                              counts the cells: none; all slots are free
  //   cell := p, attaching
  //                                              appends p, p+1, …, p+capacity: p is overwritten
  //   published is not p any more: again
  //
  // Only then the cell says that it reads. Others take that as leave to send what this reader must
  // not miss, and taking the position again after it would skip just that.
  uint64_t sequence = Published();
  cell_->epoch = ring_.header->epoch;
  cell_->sequence.store(sequence, std::memory_order_seq_cst);
  SetState(ReaderState::kAttaching);
  for (uint64_t now = Published(); now != sequence; now = Published()) {
    sequence = now;
    cell_->sequence.store(sequence, std::memory_order_seq_cst);
  }
  SetState(state);
  RingForBlocked();  // a sender that saw the first position may have found the ring full
  return sequence;
}

void RingReader::Detach() {
  SetState(ReaderState::kDetached);
  RingForBlocked();
}

absl::Status RingReader::Read(uint64_t sequence, Envelope* envelope, std::string* body) const {
  const std::byte* const slot = ring_.Slot(sequence);
  std::memcpy(envelope, slot, sizeof(*envelope));
  if (absl::Status status = Validate(*envelope, sequence, ring_.message_bytes); !status.ok())
    return status;
  body->assign(reinterpret_cast<const char*>(slot + sizeof(*envelope)), envelope->size);
  return absl::OkStatus();
}

void RingReader::Publish(uint64_t sequence) {
  // Sequentially consistent, as is the blocked sender's count: either this sees the sender, or the
  // sender sees this.
  cell_->sequence.store(sequence, std::memory_order_seq_cst);
  if (ring_.header->blocked.load(std::memory_order_seq_cst) == 0) return;
  const uint64_t from = ring_.header->room_from.load(std::memory_order_seq_cst);
  if (SequenceDistance(from, sequence) >= 0) ring_.room->Ring();
}

void RingReader::RingForBlocked() const {
  if (ring_.header->blocked.load(std::memory_order_seq_cst) != 0) ring_.room->Ring();
}

absl::StatusOr<bool> CallReader::Read(Envelope* envelope, std::string* body) {
  const uint64_t end = ring_.header->calls_end.load(std::memory_order_acquire);
  if (SequenceDistance(next_, end) <= 0) {
    Publish();
    return false;
  }
  // It stays where it is until everything before `end` has been taken.
  const uint64_t from = ring_.header->calls_from.load(std::memory_order_acquire);
  if (SequenceDistance(next_, from) > 0) next_ = from;
  for (; next_ != end; ++next_) {
    if (absl::Status read = reader_.Read(next_, envelope, body); !read.ok()) return read;
    if (envelope->kind == Kind::kApplication) continue;
    ++next_;
    return true;
  }
  return absl::DataLossError("no call where the ring says that there is one");
}

void CallReader::Publish() {
  if (std::exchange(published_, next_) != next_) Store();
}

void CallReader::Mend() {
  const Cell& cell = *ring_.scan;
  if (cell.state.load() == ReaderState::kNormal && cell.sequence.load() == published_) return;
  reader_.SetState(ReaderState::kNormal);
  Store();
}

// Wherever the sender waits for a place: with its last call taken this reader is out of the way.
void CallReader::Store() {
  ring_.scan->sequence.store(published_, std::memory_order_seq_cst);
  reader_.RingForBlocked();
}

}  // namespace fence
