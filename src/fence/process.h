// fence: barriers and delivery fences between processes that talk over shared-memory rings.
//
// A *group* is a coordinator and the processes that have joined it. Each member sends messages to
// all others, in order, and hears all others' messages in its handlers. `Barrier` waits until every
// member has called it and, by its mode, until what they sent before has been handled:
//
//   fence::Options options;
//   options.group = "render";
//   options.slot = 1;
//   options.handlers[kMarker] = [](fence::Process& self, const fence::Message& marker) { ... };
//   auto process = fence::Process::Join(std::move(options));
//   if (!process.ok()) ...
//   (*process)->Send(kMarker, "frame 7");
//   const fence::BarrierResult done = (*process)->Barrier("frame", fence::Mode::kDelivery);
//   // done.satisfied(): every marker that anybody sent before his barrier has been handled here.
//
// Threads. All member functions may be called from any thread, unless said otherwise. Handlers run
// in the library's threads, one thread per other member: messages of one sender are handled one
// after the other in the order in which they were sent, messages of different senders at the same
// time. A handler may Send and RunAfterCurrentHandler; it may not call Barrier, Leave or the
// destructor.
//
// Failure. A handler that throws, or a task queued behind one, fails its process: the message
// cannot be handled, so no barrier may say that it was. The process drops out of the group as if it
// had left, as soon as its handlers that are running have returned: the others' barriers go on
// without it, *downgraded*, and what it had sent is still handled. Its own calls, those that wait
// too, return what was thrown and by which message. What remains is to destroy it. A coordinator
// that fails so goes on coordinating for the others, until it leaves.
//
// Ownership. A Process object is one member. Several may live in one address space; they share
// nothing but the segment, which they map each on their own. The segment's name exists from
// `Create` to the coordinator's `Leave`.
//
// Deadlines. Every wait takes one; without it the options' `patience` counts from the call.
// Infinite is allowed everywhere. Errors are values; nothing here throws (but std::bad_alloc),
// reads the environment or handles signals.
//
// Shared memory is checked before it is believed. What cannot be is DataLoss to whoever meets it,
// and the coordinator drops the member whose doing it is; the others go on.

#ifndef FENCE_PROCESS_H_
#define FENCE_PROCESS_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fence/barrier.h"
#include "fence/calls.h"
#include "fence/coordinator.h"
#include "fence/deadline.h"
#include "fence/layout.h"
#include "fence/message.h"
#include "fence/roster.h"
#include "fence/segment.h"
#include "fence/sender.h"
#include "fence/snapshot.h"

namespace fence {

class Process;

// Called once per application message of its type. `message` and its payload live until the handler
// returns.
using Handler = std::function<void(Process& self, const Message& message)>;

struct Options {
  std::string group;  // names the segment: 1 to 200 characters without '/'
  uint32_t slot = 0;  // this member's place, below geometry.slots; the coordinator keeps its own
  std::string name;   // for people; cut at 32 characters

  // By message type. They are complete before the first message can come. A type without a handler
  // goes to `other_types`, if that is set, and counts as handled.
  std::map<uint32_t, Handler> handlers;
  Handler other_types;

  // The number of this member's first message. Any value: numbers wrap, and nobody compares those
  // of two lives.
  uint64_t first_sequence = 0;

  // Holds application messages back, unhandled, until SetService(false).
  bool start_in_service = false;

  // How long a call without a deadline waits; max() is for ever.
  std::chrono::nanoseconds patience = std::chrono::nanoseconds::max();

  // How long after a barrier's deadline the coordinator's answer (which is then a failure) may
  // still come.
  std::chrono::nanoseconds answer_grace = std::chrono::seconds(1);

  // How often a thread of this process that waits for another process (for a message, a reply, room
  // in its ring) yields the processor and looks again before it sleeps. 0 sleeps at once.
  int spins = 16;

  // For the coordinator: how long a member may be silent before it is taken for dead and dropped,
  // and the coordinator itself before the others take the group for stopped. From 1 ms to a day;
  // max() is for ever. It is noticed after one lease and a half at most. A process that was only
  // stopped (SIGSTOP, a debugger) for that long is refused when it comes back.
  std::chrono::nanoseconds lease = std::chrono::seconds(10);

  // For the coordinator: the sizes of the group, and the number of its first reply.
  Geometry geometry;
  uint64_t first_reply = 0;
};

class Process {
 public:
  // Makes a new group and is its coordinator and first member. AlreadyExists when the segment's
  // name is taken.
  static absl::StatusOr<std::unique_ptr<Process>> Create(Options options);

  // Joins a group as a new incarnation of `options.slot`, and waits for the group's coordinator to
  // appear. An older incarnation of that slot is dropped. On return every member reads this one's
  // messages from its first, and this one reads theirs. ResourceExhausted when the group has had
  // all its incarnations. Handlers do not run before membership has begun.
  static absl::StatusOr<std::unique_ptr<Process>> Join(Options options);
  static absl::StatusOr<std::unique_ptr<Process>> Join(Options options, Deadline deadline);

  // Leaves first, if Leave has not been called. No other call may be in progress.
  ~Process();

  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Sends to all other members. Blocks while the slowest of them is a whole ring behind;
  // DeadlineExceeded if that lasts. In a handler it never blocks: ResourceExhausted then.
  // InvalidArgument when the payload exceeds geometry.message_bytes. FailedPrecondition after
  // Leave; Cancelled when this incarnation has been dropped; Unavailable when it would block and
  // the coordinator has stopped; what has made this process fail, if it has. DataLoss when another
  // member's memory is corrupt: it is waited for until that one is dropped, as for room.
  absl::Status Send(uint32_t type, std::string_view payload);
  absl::Status Send(uint32_t type, std::string_view payload, Deadline deadline);

  // Waits until the group has at least `count` members, this one included. A barrier's round has
  // the members of the moment in which it is opened, so a team of a known size waits for itself
  // before its first barrier. Cancelled when this incarnation has been dropped.
  absl::Status AwaitMembers(uint32_t count);
  absl::Status AwaitMembers(uint32_t count, Deadline deadline);

  // Waits with all members of the round for what `mode` promises (barrier.h). One thread at a time
  // per name. The deadline is the coordinator's to keep: a call that failed by it is withdrawn, and
  // the next call under this name takes its place in the same round. Refused in a handler.
  BarrierResult Barrier(const std::string& name, Mode mode);
  BarrierResult Barrier(const std::string& name, Mode mode, Deadline deadline);

  // Leaves in order: what was sent is still handled by the others, barriers in flight go on without
  // this member, and its own threads that wait in one get a failure. Handlers that are running are
  // waited for, whatever the deadline; what they have not come to is not handled here. The
  // coordinator's Leave stops the group, by which every call that waits fails, and removes its
  // name. Cancelled if the others had taken this coordinator for dead; whoever found out has
  // removed the name. A process that has failed leaves in order, too.
  absl::Status Leave();
  absl::Status Leave(Deadline deadline);

  // Starts or ends holding back application messages, in all readers.
  void SetService(bool service);

  // Queues `task` behind the running handler: it runs in its thread, after it and before its
  // message counts as handled, in the order of queueing. FailedPrecondition outside of a handler.
  absl::Status RunAfterCurrentHandler(std::function<void()> task);

  // ok, or the first thing that a background thread could not go on with: this process has failed
  // (Barrier then returns the same), another member's memory is corrupt, or the coordinator is
  // silent.
  absl::Status Health() const;

  Incarnation incarnation() const { return self_; }
  uint32_t slot() const { return options_.slot; }
  const std::string& name() const { return options_.name; }

  Snapshot Look() const { return TakeSnapshot(segment_); }

  // The snapshot as text and, at the coordinator, the rounds in flight with what holds them back.
  std::string Describe() const;

 private:
  Process(Options options, Segment segment, Incarnation self);

  void FillRecord(MemberStatus status);
  absl::Status AwaitMembership(Deadline deadline);

  Deadline Patience() const { return Deadline::In(options_.patience); }
  absl::StatusOr<ReplyBody> Call(const std::string& name, Mode mode, Deadline deadline);
  bool BeginLeaving();
  absl::Status CallLeave(Deadline deadline);
  void Depart();
  void WithdrawRecord();

  void Deliver(const Message& message);
  void NoteError(const absl::Status& error);
  void Fail(const absl::Status& why);
  bool HasFailed() const;
  absl::Status TakesPart() const;
  void CoordinatorIsSilent();

  const Options options_;
  Segment segment_;
  Control& control_;
  MemberRecord& record_;
  const Incarnation self_;

  mutable std::mutex mutex_;
  bool leaving_ = false;  // Leave has been called
  absl::Status health_;
  absl::Status failed_;  // why this process takes part no more; ok while it does

  Sender sender_;
  Calls calls_;
  std::unique_ptr<Coordinator> coordinator_;  // in the coordinator's process
  Roster roster_;                             // last: its threads use all else
};

}  // namespace fence

#endif  // FENCE_PROCESS_H_
