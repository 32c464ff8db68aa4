// The coordinator of a group: admits members, takes their calls, decides and answers.
//
// All of it is one thread at a time: "coordinator", or one of its own process that calls a barrier
// when nobody is at it, which saves waking the other. It never waits for a handler, a reader or a
// full ring, only on its bell. It reads every other member's request ring for control messages with
// a cursor of its own, so that a call is known and its deadline is kept while the handlers of this
// very process are busy; what the members have *handled* it learns from the progress cells. It
// alone writes the reply ring.
//
// Its own process is a member like the others. When that has failed, as its record says, it is
// dropped from all rounds, and the group goes on without it.
//
// It looks for corruption (corruption.h) when members have come or gone, when it has met something
// odd or others have, and as often as at the leases.

#ifndef FENCE_COORDINATOR_H_
#define FENCE_COORDINATOR_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "fence/group.h"
#include "fence/lease.h"
#include "fence/message.h"
#include "fence/ring.h"
#include "fence/segment.h"
#include "fence/thread.h"

namespace fence {

class Coordinator {
 public:
  // Told of each member that is dropped for what it has done to shared memory, by the thread that
  // decides. `self` is to fail then.
  using Report = std::function<void(Incarnation member, const absl::Status& why)>;

  // Starts the thread, with `self` as the first member. The reply ring is initialised; `segment`
  // outlives this. `spins`: how often a wait looks before it sleeps.
  Coordinator(
      const Segment& segment, Incarnation self, int spins,
      Report report = [](Incarnation, const absl::Status&) {});

  // ResourceExhausted when there was no thread to be had. The group has stopped then.
  const absl::Status& started() const { return started_; }

  ~Coordinator();  // stops

  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;

  // Records a call of the coordinator's own process, after its arrive message has been appended:
  // nobody reads his own ring. Decides what this decides, unless another thread is deciding now.
  // Any thread.
  void ArriveLocally(const Arrival& arrival);

  // Ends the thread and marks the group as stopped, by which every call that still waits fails.
  // What is decided is answered before, if the reply ring has room by `deadline`. False if others
  // had stopped the group: they took this process for dead.
  bool Stop(Deadline deadline);

  const Group& group() const { return group_; }

 private:
  // A process that has joined or is joining.
  struct Peer {
    CallReader calls;
    uint32_t slot = 0;
    bool admitted = false;
    LeaseWatch lease;
  };
  using Peers = std::map<Incarnation, Peer>;

  void Run();
  Deadline Step();
  void FollowRecords();
  void FollowOwnRecord();
  void Welcome(Incarnation joiner);
  void AdmitWhoIsAttached();
  bool AttachedBothWays(Incarnation a, Incarnation b) const;
  void LookAfterLeases();
  Observed Progress(Incarnation observer, Incarnation sender);
  bool Inspect();
  void Expel(Incarnation member, const absl::Status& why);
  void TakeCalls();
  absl::Status TakeCallsOf(Incarnation member, Peer* peer);
  absl::Status TakeCall(Incarnation member, const Envelope& envelope);
  void Decide();
  void Watch(bool watch);
  void WriteReplies();
  bool HasRoomForReply();
  void Lose(Incarnation member);
  void Forget(Incarnation member);

  const Segment& segment_;
  Control& control_;
  const Incarnation self_;
  const Report report_;
  Group group_;
  std::atomic<bool> inspection_due_ = false;
  std::atomic<bool> stop_ = false;
  Deadline stop_by_ = Deadline::Infinite();  // written before `stop_`

  // Whoever holds it is the coordinator for one step: its thread, or a caller of this process that
  // saves waking it.
  std::mutex step_;
  bool ended_ = false;  // no more steps
  Deadline sleeps_until_ = Deadline::Infinite();
  Peers peers_;  // all but this process itself
  uint32_t roster_changes_ = 0;
  bool takes_part_ = true;  // this process is a member
  bool watching_ = false;
  bool stopped_by_others_ = false;
  bool reply_blocked_ = false;
  Deadline next_deadline_ = Deadline::Infinite();
  Deadline next_look_ = Deadline::Infinite();  // at the leases
  RingView reply_ring_;
  RingWriter reply_writer_;
  std::deque<ReplyBody> outbox_;  // decided and not yet written
  std::string body_;
  const int spins_;

  Thread thread_;
  absl::Status started_;
};

}  // namespace fence

#endif  // FENCE_COORDINATOR_H_
