#include "fence/ring.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace fence {
namespace {

// For people. The cursor of the coordinator is nobody's incarnation.
std::string NameOf(Incarnation reader) {
  return reader == 0 ? "the coordinator's cursor" : absl::StrCat("incarnation ", reader);
}

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
  return absl::DataLossError(absl::StrCat(NameOf(reader), " claims position ", sequence,
                                          " in a ring of ", capacity,
                                          " messages that has published ", ToString(published)));
}

}  // namespace

void RingWriter::Initialize(const RingView& ring, uint64_t epoch, uint64_t first) {
  ring.header->epoch = epoch;
  ring.header->first = first;
  ring.header->published.store(first, std::memory_order_seq_cst);
}

RingWriter::RingWriter(const RingView& ring) : ring_(ring), next_(ring.Published().sequence) {}

absl::StatusOr<Position> RingWriter::TryAppend(Kind kind, uint32_t type, std::string_view body) {
  if (body.size() > ring_.message_bytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a message of type ", type, " with ", body.size(), " bytes, but this group's limit is ",
        ring_.message_bytes, " (message_bytes)"));
  }
  if (absl::Status room = CheckRoom(); !room.ok()) return room;

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
  ring_.header->published.store(next_, std::memory_order_seq_cst);
  return Position{ring_.header->epoch, next_};
}

absl::Status RingWriter::CheckRoom() {
  if (free_ > 0) return absl::OkStatus();
  const absl::StatusOr<uint64_t> backlog = LargestBacklog();
  if (!backlog.ok()) return backlog.status();
  free_ = ring_.capacity - *backlog;
  if (free_ == 0) return absl::ResourceExhaustedError("the ring is full");
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> RingWriter::LargestBacklog() const {
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
  if (ring_.scan != nullptr) {
    if (absl::Status status = include(*ring_.scan, 0); !status.ok()) return status;
  }
  return largest;
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
  RingForBlocked();
}

void RingReader::RingForBlocked() const {
  if (ring_.header->blocked.load(std::memory_order_seq_cst) != 0) ring_.room->Ring();
}

}  // namespace fence
