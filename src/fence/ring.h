// A ring of messages in shared memory: one writer, many readers, nothing ever overwritten that a
// live reader has not handled.
//
// Slots are of one size, and message s lies in slot s mod capacity, which is continuous where
// sequences wrap since the capacity is a power of two. The writer publishes with one store of
// `published`; each reader says with one store to its own cell how far it has come. The writer
// looks at the cells only when what it knows of them is used up.
//
// A request ring has one more reader, the coordinator, which wants the calls among the messages
// only. The writer says where they are (layout.h), so that the coordinator need not look at a
// stream of other messages, nor the stream wait for the coordinator.

#ifndef FENCE_RING_H_
#define FENCE_RING_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fence/layout.h"
#include "fence/message.h"
#include "fence/position.h"

namespace fence {

// Where the parts of one ring lie in this process. A value; valid as long as the segment is mapped.
struct RingView {
  RingHeader* header = nullptr;
  Cell* cells = nullptr;  // one per incarnation, by incarnation - 1
  Cell* scan = nullptr;   // one more reader that is nobody's incarnation, or null
  std::byte* slots = nullptr;
  Doorbell* room = nullptr;               // what readers ring while `header->blocked`
  const MemberRecord* records = nullptr;  // whose cells they are
  const std::atomic<uint32_t>* claimed = nullptr;
  uint32_t incarnations = 0;
  uint32_t capacity = 0;
  uint32_t message_bytes = 0;

  std::byte* Slot(uint64_t sequence) const {
    return slots + (sequence & (capacity - 1)) * SlotBytes(message_bytes);
  }
  Position Published() const {
    return {header->epoch, header->published.load(std::memory_order_seq_cst)};
  }
};

// The writing end. Not safe for several threads at once: its owner holds a lock around the calls.
class RingWriter {
 public:
  // Makes the ring ready: empty, with `epoch` and `first`. Once, before any other process can find
  // it.
  static void Initialize(const RingView& ring, uint64_t epoch, uint64_t first);

  // Continues where the ring was initialised. To be made before anything is appended.
  explicit RingWriter(const RingView& ring);

  // Writes and publishes one message and returns the position just after it. Never blocks. Rings no
  // bell. ResourceExhausted when the ring is full, InvalidArgument when the body is larger than a
  // slot, DataLoss when a reader's cell shows a position outside of the ring: it says whose.
  absl::StatusOr<Position> TryAppend(Kind kind, uint32_t type, std::string_view body);

  // ok when so many messages can be appended now; else as TryAppend, and readers ring for a sender
  // that is counted in `blocked` as soon as each of them has come far enough for that.
  absl::Status AskForRoom(uint64_t messages);

  // The number of the next message.
  uint64_t next() const { return next_; }

 private:
  absl::Status CheckRoom(uint64_t messages);
  absl::StatusOr<uint64_t> LargestBacklog() const;
  uint64_t BacklogOfCalls() const;
  bool CallsArePending() const;

  const RingView ring_;
  uint64_t next_;
  uint64_t free_ = 0;  // slots known to be free; never more than really are
  // What the header says of the calls.
  uint64_t calls_from_;
  uint64_t calls_end_;
};

// The reading end of one reader, on its own cell. One thread at a time.
class RingReader {
 public:
  RingReader(const RingView& ring, Cell* cell) : ring_(ring), cell_(cell) {}

  // Starts at what is published now, marks the cell with `state`, and returns the sequence to read
  // first: from there on nothing is overwritten before `Publish` has passed it.
  uint64_t Attach(ReaderState state);

  // Ends reading. A sender that waited for this reader has room now.
  void Detach();
  void SetState(ReaderState state) { cell_->state.store(state, std::memory_order_seq_cst); }

  uint64_t Published() const { return ring_.Published().sequence; }

  // Copies a published message out of the ring. DataLoss when the slot does not hold it.
  absl::Status Read(uint64_t sequence, Envelope* envelope, std::string* body) const;

  // Everything before `sequence` has been handled. One store, and a ring for senders that wait for
  // room.
  void Publish(uint64_t sequence);

  // Wakes senders that wait for room, wherever this reader stands.
  void RingForBlocked() const;

 private:
  const RingView ring_;
  Cell* const cell_;
};

// The coordinator's cursor in a request ring: reads the calls and nothing else. One thread at a
// time.
class CallReader {
 public:
  explicit CallReader(const RingView& ring) : ring_(ring), reader_(ring, ring.scan) {}

  // Calls from now on can be read.
  void Attach() { next_ = published_ = reader_.Attach(ReaderState::kNormal); }

  // Copies the next call out of the ring. False when there is none; then what was read is not kept
  // any longer. DataLoss when the ring does not hold what it should.
  absl::StatusOr<bool> Read(Envelope* envelope, std::string* body);

  // How far it has looked.
  uint64_t next() const { return next_; }

  // Puts its own cell right, should somebody have written there.
  void Mend();

 private:
  void Publish();
  void Store();

  const RingView ring_;
  RingReader reader_;
  uint64_t next_ = 0;       // the message to look at next
  uint64_t published_ = 0;  // in the cell
};

}  // namespace fence

#endif  // FENCE_RING_H_
