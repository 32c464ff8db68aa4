// What lies in a group's shared memory, byte for byte. Plain structs; who may touch what is said at
// each.
//
// There is no pointer and no lock in here: processes map the segment at different addresses, and
// any of them may be killed at any instruction. All zero is the valid first state of everything.

#ifndef FENCE_LAYOUT_H_
#define FENCE_LAYOUT_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "fence/doorbell.h"
#include "fence/message.h"

namespace fence {

// How much a group can hold. Fixed by its creator.
struct Geometry {
  uint32_t slots = 16;  // members at a time; a member's slot is below this
  uint32_t incarnations =
      64;  // lives over the whole life of the group, restarts and the coordinator included
  uint32_t ring_messages = 256;  // capacity of every ring, a power of two
  uint32_t message_bytes = 256;  // the largest body, a multiple of 8

  friend bool operator==(const Geometry&, const Geometry&) = default;
};

inline constexpr size_t kCacheLine = 64;

// What different processes write is so far apart: processors fetch lines in pairs (the "spatial
// prefetcher" of Intel's Optimization Reference Manual), and a pair of which each writes one line
// would go to and fro like a single one.
inline constexpr size_t kApart = 2 * kCacheLine;

constexpr size_t RoundUp(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

// A slot of a ring. Messages begin at a line.
constexpr size_t SlotBytes(uint32_t message_bytes) {
  return RoundUp(sizeof(Envelope) + message_bytes, kCacheLine);
}

// The creator of a group, which is its coordinator for life.
inline constexpr uint32_t kCoordinatorIncarnation = 1;

enum class ReaderState : uint32_t {
  kDetached = 0,  // not reading
  kAttaching =
      1,         // the writer keeps the messages from here on; where reading begins is not settled
  kService = 2,  // attached and published; application messages are held back
  kNormal = 3,
  kStopping = 4,    // has ended; its position is final
  kUnreadable = 5,  // has ended, since the ring holds what cannot be; its sender is to be dropped
};

// Whether a reader in this state handles every message that is published from now on.
constexpr bool IsReading(ReaderState state) {
  return state == ReaderState::kService || state == ReaderState::kNormal;
}

// How far one observer has come in one ring. Written by that observer's reader alone; one per pair
// of incarnations, never used for another pair.
struct alignas(kApart) Cell {
  std::atomic<ReaderState> state;
  uint32_t reserved;
  uint64_t epoch;                  // of the ring; fixed before `state` leaves kDetached
  std::atomic<uint64_t> sequence;  // everything before it has been handled
};

// The head of a ring. Written by its single writer, but for the bells.
// Its parts are apart because different processes write them.
struct alignas(kApart) RingHeader {  // NOLINT(clang-analyzer-optin.performance.Padding)
  uint64_t epoch;  // fixed, like `first`, before the writer's record says kJoining
  uint64_t first;  // the sequence of the first message ever
  alignas(kApart) std::atomic<uint64_t> published;  // everything before it can be read
  Doorbell messages;                                // rung after `published` has moved
  alignas(kApart) std::atomic<uint32_t> blocked;    // senders that wait for room
  Doorbell room;  // rung by readers that have come to `room_from` while somebody is blocked
  std::atomic<uint64_t> room_from;
  // Of a request ring: the calls among its messages that the coordinator may not have taken yet lie
  // in [calls_from, calls_end). It looks at nothing else.
  alignas(kApart) std::atomic<uint64_t> calls_from;
  std::atomic<uint64_t> calls_end;
};

enum class MemberStatus : uint32_t {
  kFree = 0,
  kClaimed = 1,  // taken by a process that fills it in
  kJoining = 2,  // its ring is ready; readers attach both ways
  kMember = 3,   // admitted; also while it drains
  kLeft = 4,     // gone in order
  kLost = 5,     // dropped: dead, or replaced by a newer incarnation of its slot
};

inline constexpr size_t kMaxMemberName = 32;

// One incarnation. Filled in by the process itself up to kJoining; kMember and kLost are the
// coordinator's to write.
struct alignas(kApart) MemberRecord {
  std::atomic<MemberStatus> status;
  uint32_t slot;
  std::atomic<uint32_t> heartbeat;  // moved by the process a few times in each lease
  uint32_t pid;                     // for people, and for who clears up after a dead group
  char name[kMaxMemberName];        // not necessarily terminated
};

// Whether this incarnation has been a member and is none any more: nobody waits for its readers.
inline bool IsGone(const MemberRecord& record) {
  const MemberStatus status = record.status.load(std::memory_order_seq_cst);
  return status == MemberStatus::kLeft || status == MemberStatus::kLost;
}

// What all share; one part for each that rings or is rung.
struct alignas(kApart) Control {         // NOLINT(clang-analyzer-optin.performance.Padding)
  std::atomic<uint32_t> claimed;         // records taken so far
  std::atomic<uint32_t> stopped;         // 1 when the coordinator has gone, or is taken for dead
  std::atomic<uint32_t> removed;         // 1 when somebody has taken it on to remove the name
  std::atomic<uint32_t> roster_changes;  // counts what the coordinator must look at in the records
  alignas(kApart) Doorbell
      coordinator;  // arrivals, departures, attaches, state changes, watched progress
  std::atomic<uint32_t> watching;    // 1 while the coordinator waits for progress
  alignas(kApart) Doorbell roster;   // members have come or gone
  alignas(kApart) Doorbell replies;  // the reply ring has moved, or the group has stopped
};

// What a process must know of a segment before it can use it. Fixed by the creator.
struct SegmentFacts {
  uint64_t version;
  uint64_t fingerprint;  // of the layout of the build that made it
  uint64_t total_bytes;
  int64_t lease_ns;  // the largest value: no leases
  Geometry geometry;
  uint64_t checksum;  // of all fields before it: a value that could be right may still be wrong
};

struct alignas(kCacheLine) SegmentHeader {
  std::atomic<uint64_t> magic;  // written last
  SegmentFacts facts;
};
// No padding: no bit of the header is without a meaning.
static_assert(std::has_unique_object_representations_v<SegmentFacts>);
static_assert(sizeof(SegmentHeader) == sizeof(uint64_t) + sizeof(SegmentFacts));

static_assert(std::atomic<uint64_t>::is_always_lock_free);
static_assert(std::atomic<ReaderState>::is_always_lock_free);
static_assert(std::atomic<MemberStatus>::is_always_lock_free);

}  // namespace fence

#endif  // FENCE_LAYOUT_H_
