// The sending side of one process: any number of threads, one ring.
//
// A lock of this process orders them. It is held while one message is written and never while
// somebody waits, so that a sender's deadline holds even when others of its process are blocked.

#ifndef FENCE_SENDER_H_
#define FENCE_SENDER_H_

#include <cstdint>
#include <mutex>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fence/deadline.h"
#include "fence/doorbell.h"
#include "fence/layout.h"
#include "fence/message.h"
#include "fence/ring.h"
#include "fence/segment.h"

namespace fence {

// Whether the readers of a ring are told at once that there is something new.
enum class Wake { kNobody, kReaders };

class Sender {
 public:
  // Makes the ring of `self` ready, with the number of its first message. `segment` outlives the
  // sender. `spins`: how often a wait looks before it sleeps.
  Sender(const Segment& segment, Incarnation self, uint64_t first_sequence, int spins);

  // Publishes one message and returns the position just after it. Never blocks. ResourceExhausted
  // when the ring is full, DataLoss when a reader's position cannot be, of which the coordinator is
  // told, InvalidArgument when the body is too large, FailedPrecondition after
  // Close, Cancelled when this incarnation has been dropped. A leave message closes.
  absl::StatusOr<Position> TryAppend(Kind kind, uint32_t type, std::string_view body, Wake wake);

  // The same, but waits for room, and for a reader that is corrupt to be dropped; it is DataLoss
  // when that takes too long. DeadlineExceeded when there was no room in time, Unavailable when the
  // coordinator has stopped, which alone could notice that nobody will ever make room.
  absl::StatusOr<Position> Append(Kind kind, uint32_t type, std::string_view body, Wake wake,
                                  Deadline deadline);

  // From here on nothing is sent: every call ends with `why`, also one that waits for room. The
  // first one counts.
  void Close(absl::Status why);

 private:
  absl::Status Usable() const;  // under the mutex
  absl::Status CheckUsable();
  void TellTheCoordinator();
  bool AwaitRoom(Deadline deadline);
  uint64_t WantedRoom();  // under the mutex

  Control& control_;
  const MemberRecord& record_;
  const RingView ring_;

  std::mutex mutex_;
  RingWriter writer_;
  absl::Status closed_;        // why nothing is sent any more; ok while something is
  int64_t blocked_at_ns_ = 0;  // the last time
  const int spins_;
};

}  // namespace fence

#endif  // FENCE_SENDER_H_
