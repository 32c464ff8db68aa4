// The calls of one process that wait for the coordinator's answer.
//
// The reply ring is read by whoever waits: a caller that is woken takes all new replies out of it,
// keeps those for the other callers of its process, and looks whether its own is there. No thread
// stands between the coordinator and the caller. While nobody waits the process is detached from
// the ring and holds nothing up.

#ifndef FENCE_CALLS_H_
#define FENCE_CALLS_H_

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fence/deadline.h"
#include "fence/message.h"
#include "fence/ring.h"
#include "fence/segment.h"

namespace fence {

class Calls {
 public:
  // `spins`: how often a wait looks before it sleeps.
  Calls(const Segment& segment, Incarnation self, int spins);

  // Registers a call before its message is sent, so that no reply can be missed, and returns its
  // id. FailedPrecondition when a call under this name waits already: one thread at a time.
  absl::StatusOr<uint64_t> Begin(const std::string& name);

  // From here on every call fails with `why`, those that wait too.
  void Fail(const absl::Status& why);

  // Takes a call back that was never sent.
  void Abandon(uint64_t call);

  // Waits for the reply and forgets the call. Unavailable when the coordinator has stopped,
  // Cancelled when this process has been dropped from the group. DeadlineExceeded when the deadline
  // passed without any answer, DataLoss when the reply ring holds what cannot be; no further call
  // can be made then. Any thread.
  absl::StatusOr<ReplyBody> Await(uint64_t call, Deadline deadline);

 private:
  struct Call {
    std::string name;
    std::optional<ReplyBody> reply;
  };

  std::optional<absl::StatusOr<ReplyBody>> Look(uint64_t call);
  absl::Status GiveUp(uint64_t call);
  absl::Status TakeReplies();                            // under the mutex
  void Forget(std::map<uint64_t, Call>::iterator call);  // under the mutex

  Control& control_;
  const MemberRecord& self_record_;
  const Incarnation self_;
  const int spins_;

  std::mutex mutex_;
  RingReader ring_;
  uint64_t next_ = 0;  // the reply to read next; meaningful while there are calls
  uint64_t last_call_ = 0;
  std::map<uint64_t, Call> calls_;
  absl::Status failed_;      // not ok after Fail
  absl::Status unanswered_;  // not ok once an answer has been missed
  std::string body_;
};

}  // namespace fence

#endif  // FENCE_CALLS_H_
