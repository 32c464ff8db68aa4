// Membership, rounds and arrivals of one group, and the decision who is released.
//
// Pure bookkeeping: no thread, no clock, no shared memory; what it needs to know of the readers'
// progress it asks the function that it was made with. The coordinator calls it from its own
// thread, and a barrier call of the coordinator's process from the caller's; every member function
// may be called from any thread.
//
// Two locks: membership, then rounds, never the other way round. Whoever needs both holds both, so
// that no member can leave between being counted into a round and being found there.

#ifndef FENCE_GROUP_H_
#define FENCE_GROUP_H_

#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <vector>

#include "fence/barrier.h"
#include "fence/deadline.h"
#include "fence/drain.h"
#include "fence/message.h"
#include "fence/position.h"

namespace fence {

// One barrier call as the coordinator knows it.
struct Arrival {
  Incarnation member = 0;
  uint64_t call = 0;  // answered under this id, and once
  std::string name;
  Mode mode = Mode::kRendezvous;
  Position stamp;  // just after the arrive message
  Deadline deadline = Deadline::Infinite();
};

// What one evaluation came to.
struct Decision {
  std::vector<ReplyBody> replies;  // in the order in which they are to be written
  bool awaits_progress = false;    // a round in which all have arrived still waits for a reader
  Deadline next_deadline = Deadline::Infinite();  // the earliest one of a call that still waits
};

class Group {
 public:
  using Progress = std::function<Observed(Incarnation observer, Incarnation sender)>;

  // `progress` is called under the group's locks, from the threads that call Arrive and Evaluate.
  explicit Group(Progress progress) : progress_(std::move(progress)) {}

  // From now on this incarnation is a member of every round that is opened.
  void Admit(Incarnation member);

  // The member drains: it is dropped from every round in flight and is in no later one; its own
  // waiting calls fail. Its messages of a round that it has been released from are still waited
  // for. `call` is answered after everything that its leaving completes.
  void Leave(Incarnation member, uint64_t call);

  // The member is gone. One that did not drain is dropped from every round in flight, and its
  // messages are not waited for; nobody is there to be answered.
  void Drop(Incarnation member);

  // Counts the call for the oldest round of its name in which its member is still expected, else
  // opens a new round with the members of this moment. Records, per observer that the mode names,
  // what it has still to handle. Refuses (by a reply) who is no member, and a mode other than the
  // round's.
  void Arrive(const Arrival& arrival);

  // Decides who is released now and who has run out of time, and forgets what is finished, in one
  // step. Every call that ever arrived is answered in exactly one decision.
  Decision Evaluate(int64_t now_ns);

  std::vector<Incarnation> Members() const;

  // One line per round in flight: who is missing, which targets are not met.
  std::string Describe() const;

 private:
  struct Member {
    Incarnation incarnation;
    bool draining;
  };

  struct Participant {
    Incarnation member = 0;
    bool arrived = false;
    bool released = false;
    uint64_t call = 0;
    Deadline deadline = Deadline::Infinite();

    bool waiting() const { return arrived && !released; }
  };

  struct Round {
    uint64_t number = 0;
    std::string name;
    Mode mode = Mode::kRendezvous;
    bool downgraded = false;
    std::vector<Participant>
        participants;             // frozen when the round is opened, but for those who leave
    std::vector<Target> targets;  // not met yet, as far as known

    Participant* Find(Incarnation member);
    bool AllArrived() const;
    bool Idle() const;  // nobody has arrived or been released: as if it had never been opened
    bool Finished() const;
  };

  // Under both locks.
  void Remove(Incarnation member, bool left);
  Round& RoundFor(const Arrival& arrival);
  void Enter(Round* round, Participant* participant, const Arrival& arrival);

  // Under the rounds' lock.
  void Settle(Round* round) const;
  bool MayReturn(const Round& round, const Participant& participant) const;
  void Release(Round* round);
  void Expire(Round* round, int64_t now_ns);
  void Answer(const Round& round, const Participant& participant, Phases phases, Reason reason);
  void Refuse(const Arrival& arrival, uint64_t round, Reason reason);

  const Progress progress_;

  mutable std::mutex membership_mutex_;
  std::vector<Member> members_;

  mutable std::mutex rounds_mutex_;  // after membership_mutex_
  std::list<Round> rounds_;          // oldest first
  uint64_t last_round_ = 0;
  std::vector<ReplyBody> replies_;    // decided, not yet handed out
  std::vector<ReplyBody> farewells_;  // to leavers: after the completions that their leaving causes
};

}  // namespace fence

#endif  // FENCE_GROUP_H_
