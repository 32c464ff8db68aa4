// What is written into rings: an envelope that every message has, and the bodies of the control
// messages.
//
// Nothing that is read is believed: an envelope is checked against the place that it was read from,
// and a body is decoded field by field with its bounds. What does not fit is a DataLoss status.

#ifndef FENCE_MESSAGE_H_
#define FENCE_MESSAGE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fence/barrier.h"
#include "fence/position.h"

namespace fence {

// One life of one member, counted from 1 over the whole group: it grows and is never used again. It
// is the epoch of the ring that this life writes. 0 is nobody.
using Incarnation = uint32_t;

enum class Kind : uint32_t {
  kApplication = 1,
  kArrive = 2,  // request ring: a barrier call
  kLeave = 3,   // request ring: the last call of a member
  kReply = 4,   // reply ring: the answer to either
};

// Written ahead of every body. The sequence is there so that a torn or foreign slot shows; and it
// is the stamp of an arrival: taken in the writer critical section that publishes it, unlike any
// position that could be read before.
struct Envelope {
  uint64_t sequence;
  Kind kind;
  uint32_t type;  // of an application message; 0 otherwise
  uint32_t size;  // of the body, in bytes
  uint32_t reserved;
};
static_assert(sizeof(Envelope) == 24);

// ok when the envelope was written for `sequence` and its body fits in `limit` bytes.
absl::Status Validate(const Envelope& envelope, uint64_t sequence, uint32_t limit);

// An application message, as a handler sees it. `payload` lives until the handler has returned.
struct Message {
  uint32_t type = 0;
  Incarnation sender = 0;
  uint32_t sender_slot = 0;
  Position position;  // of this message; after it is sequence + 1
  std::string_view payload;
};

// The longest name of a barrier, so that an arrival fits into the smallest slot.
inline constexpr size_t kMaxBarrierName = 64;
// The smallest slot that holds every control message.
inline constexpr uint32_t kMinMessageBytes = 96;

struct ArriveBody {
  uint64_t call = 0;  // the caller's name for this call, by which it is answered
  Mode mode = Mode::kRendezvous;
  // What is left of the caller's deadline, since clocks differ between processes; max() is
  // infinite.
  std::chrono::nanoseconds patience = std::chrono::nanoseconds::max();
  std::string name;
};

struct LeaveBody {
  uint64_t call = 0;
};

struct ReplyBody {
  Incarnation member = 0;
  uint64_t call = 0;
  uint64_t round = 0;
  Phases phases;
  Reason reason = Reason::kNone;
};

std::string Encode(const ArriveBody& body);
std::string Encode(const LeaveBody& body);
std::string Encode(const ReplyBody& body);

absl::StatusOr<ArriveBody> DecodeArrive(std::string_view bytes);
absl::StatusOr<LeaveBody> DecodeLeave(std::string_view bytes);
absl::StatusOr<ReplyBody> DecodeReply(std::string_view bytes);

}  // namespace fence

#endif  // FENCE_MESSAGE_H_
