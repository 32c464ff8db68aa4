#include "fence/corruption.h"

#include <atomic>
#include <cstddef>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "fence/layout.h"
#include "fence/position.h"
#include "fence/ring.h"

namespace fence {
namespace {

absl::Status CheckRecord(const Segment& segment, Incarnation member, bool admitted) {
  const MemberStatus expected = admitted ? MemberStatus::kMember : MemberStatus::kJoining;
  const MemberStatus status = segment.record(member).status.load(std::memory_order_seq_cst);
  if (status == expected) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("record of incarnation ", member, ": status: expected ",
                                          static_cast<uint32_t>(expected), ", got ",
                                          static_cast<uint32_t>(status)));
}

// The number of the message that lies in the slot of the one before `sequence`.
uint64_t NumberBefore(const RingView& ring, uint64_t sequence) {
  static_assert(offsetof(Envelope, sequence) == 0);
  uint64_t found;
  std::memcpy(&found, ring.Slot(sequence - 1), sizeof found);
  std::atomic_thread_fence(std::memory_order_acquire);  // or a later look could come before it
  return found;
}

// The newest message lies in its slot; a writer that goes on meanwhile has published more.
absl::Status CheckNewest(const RingView& ring, Incarnation writer, uint64_t published) {
  if (published == ring.header->first) return absl::OkStatus();  // none yet
  const uint64_t found = NumberBefore(ring, published);
  if (found == published - 1 || ring.Published().sequence != published) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("ring of incarnation ", writer,
                                          ": published: ", published,
                                          ", but the slot before it holds message ", found));
}

// The calls that wait for the coordinator have been published, and what has been published since
// has found room beside them.
absl::Status CheckCalls(const RingView& ring, Incarnation writer, uint64_t cursor) {
  const uint64_t end = ring.header->calls_end.load(std::memory_order_seq_cst);
  if (SequenceDistance(cursor, end) <= 0) return absl::OkStatus();
  const uint64_t from = ring.header->calls_from.load(std::memory_order_seq_cst);
  const uint64_t first = SequenceDistance(cursor, from) > 0 ? from : cursor;
  const int64_t backlog = SequenceDistance(first, ring.Published().sequence);
  if (SequenceDistance(first, end) > 0 && backlog >= SequenceDistance(first, end) &&
      backlog <= static_cast<int64_t>(ring.capacity)) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat("ring of incarnation ", writer, ": calls from ", first,
                                          " to ", end, ", but ", backlog,
                                          " messages have been published since"));
}

absl::Status CheckRing(const Segment& segment, Incarnation writer, const Known& known) {
  const RingView ring = segment.request_ring(writer);
  const Position published = ring.Published();
  if (published.epoch != writer) {
    return absl::DataLossError(absl::StrCat("ring of incarnation ", writer, ": epoch: expected ",
                                            writer, ", got ", published.epoch));
  }
  return known.cursor.has_value() ? CheckCalls(ring, writer, *known.cursor) : absl::OkStatus();
}

// A cell that is read between two looks at what its ring has published: an honest reader has come
// no further than the second one, and is no more than a ring behind the first.
absl::Status CheckPosition(const Cell& cell, uint64_t published_before, const RingView& ring,
                           const std::string& where) {
  const uint64_t sequence = cell.sequence.load(std::memory_order_seq_cst);
  const uint64_t published = ring.Published().sequence;
  if (cell.epoch != ring.header->epoch) {
    return absl::DataLossError(absl::StrCat(where, ": epoch: ", cell.epoch, " is not the ring's"));
  }
  if (SequenceDistance(sequence, published) >= 0 &&
      SequenceDistance(sequence, published_before) <= static_cast<int64_t>(ring.capacity)) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat(where, ": position ", sequence, " in a ring of ",
                                          ring.capacity, " messages that has published ",
                                          published));
}

absl::Status CheckCell(const Cell& cell, const RingView& ring, bool must_read,
                       const std::string& where) {
  const uint64_t published = ring.Published().sequence;
  const ReaderState state = cell.state.load(std::memory_order_seq_cst);
  switch (state) {
    case ReaderState::kService:
    case ReaderState::kNormal:
      return CheckPosition(cell, published, ring, where);
    case ReaderState::kDetached:
    case ReaderState::kAttaching:
      if (!must_read) return absl::OkStatus();
      return absl::DataLossError(absl::StrCat(where, ": state: a member that does not read"));
    case ReaderState::kStopping:
    case ReaderState::kUnreadable:
      return absl::OkStatus();
  }
  return absl::DataLossError(
      absl::StrCat(where, ": state: unknown ", static_cast<uint32_t>(state)));
}

absl::Status CheckReplyCell(const Segment& segment, Incarnation member, uint64_t next_reply) {
  const Cell& cell = segment.reply_cell(member);
  const uint32_t capacity = segment.geometry().ring_messages;
  if (cell.state.load(std::memory_order_seq_cst) != ReaderState::kNormal) return absl::OkStatus();
  const uint64_t sequence = cell.sequence.load(std::memory_order_seq_cst);
  const int64_t backlog = SequenceDistance(sequence, next_reply);
  if (backlog >= 0 && backlog <= static_cast<int64_t>(capacity)) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("incarnation ", member, " claims position ", sequence,
                                          " in the reply ring, which has published ", next_reply));
}

// One look at everything. The first thing that is wrong with a process is kept.
class Inspection {
 public:
  Inspection(const Segment& segment, const std::map<Incarnation, Known>& known)
      : segment_(segment), known_(known) {}

  void Look(uint64_t next_reply) {
    for (const auto& [member, known] : known_) {
      Blame(member, CheckRecord(segment_, member, known.admitted));
      Blame(member, CheckRing(segment_, member, known));
      Blame(member, CheckReplyCell(segment_, member, next_reply));
      AskReadersOf(member);
    }
    for (const auto& [sender, known] : known_) {
      // By a ring that is wrong itself no reader can be judged.
      if (found_.count(sender) == 0) LookAtReadersOf(sender, known);
    }
  }

  std::map<Incarnation, absl::Status> found() && { return std::move(found_); }

 private:
  void AskReadersOf(Incarnation sender) {
    for (const auto& [observer, known] : known_) {
      if (observer == sender) continue;
      const Cell& cell = segment_.progress(observer, sender);
      Blame(sender, WhatReaderSays(
                        segment_.request_ring(sender), cell,
                        absl::StrCat("ring of incarnation ", sender, ": incarnation ", observer)));
    }
  }

  // It cannot read, or it has read what is said not to be published although it is there.
  static absl::Status WhatReaderSays(const RingView& ring, const Cell& cell,
                                     const std::string& who) {
    const ReaderState state = cell.state.load(std::memory_order_seq_cst);
    if (state == ReaderState::kUnreadable) {
      return absl::DataLossError(absl::StrCat(who, " cannot read it"));
    }
    const uint64_t sequence = cell.sequence.load(std::memory_order_seq_cst);
    const uint64_t published = ring.Published().sequence;
    if (!IsReading(state) || SequenceDistance(sequence, published) >= 0 ||
        NumberBefore(ring, sequence) != sequence - 1) {
      return absl::OkStatus();
    }
    return absl::DataLossError(
        absl::StrCat(who, " has read message ", sequence - 1, ", but published is ", published));
  }

  void LookAtReadersOf(Incarnation sender, const Known& known) {
    const RingView ring = segment_.request_ring(sender);
    for (const auto& [observer, other] : known_) {
      if (observer == sender) continue;
      const Cell& cell = segment_.progress(observer, sender);
      const absl::Status wrong =
          CheckCell(cell, ring, known.admitted && other.admitted,
                    absl::StrCat("incarnation ", observer, " as a reader of incarnation ", sender));
      if (wrong.ok()) continue;
      // The ring may have gone wrong since it was looked at. Its slots are looked at on suspicion
      // only: their writer is at work.
      for (absl::Status own : {CheckRing(segment_, sender, known),
                               CheckNewest(ring, sender, ring.Published().sequence)}) {
        if (!own.ok()) return Blame(sender, own);
      }
      Blame(observer, wrong);
    }
  }

  // The record is looked at after what is wrong: who has left in the meantime leaves it so.
  void Blame(Incarnation member, const absl::Status& what) {
    if (what.ok() || segment_.record(member).status.load() == MemberStatus::kLeft) return;
    found_.emplace(member, what);
  }

  const Segment& segment_;
  const std::map<Incarnation, Known>& known_;
  std::map<Incarnation, absl::Status> found_;
};

}  // namespace

std::map<Incarnation, absl::Status> FindCorruption(const Segment& segment,
                                                   const std::map<Incarnation, Known>& known,
                                                   uint64_t next_reply) {
  Inspection inspection(segment, known);
  inspection.Look(next_reply);
  return std::move(inspection).found();
}

}  // namespace fence
