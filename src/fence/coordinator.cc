#include "fence/coordinator.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "fence/corruption.h"

namespace fence {

Coordinator::Coordinator(const Segment& segment, Incarnation self, int spins, Report report)
    : segment_(segment),
      control_(segment.control()),
      self_(self),
      report_(std::move(report)),
      group_(
          [this](Incarnation observer, Incarnation sender) { return Progress(observer, sender); }),
      reply_ring_(segment.reply_ring()),
      reply_writer_(reply_ring_),
      spins_(spins) {
  group_.Admit(self_);
  started_ = thread_.Start("coordinator", [this] { Run(); });
  if (!started_.ok()) segment_.StopGroup();
}

Coordinator::~Coordinator() { Stop(Deadline::At(0)); }

void Coordinator::ArriveLocally(const Arrival& arrival) {
  group_.Arrive(arrival);
  const std::unique_lock lock(step_, std::try_to_lock);
  // Who is at it may have looked already.
  if (!lock.owns_lock()) return control_.coordinator.Ring();
  if (!ended_ && Step() < sleeps_until_) control_.coordinator.Ring();
}

bool Coordinator::Stop(Deadline deadline) {
  if (thread_.joinable()) {
    stop_by_ = deadline;
    stop_.store(true, std::memory_order_release);
    const auto wake = [this] { control_.coordinator.RingForEnd(); };
    wake();
    thread_.Join(wake);
  }
  return !stopped_by_others_;
}

void Coordinator::Run() {
  for (;;) {
    // Everything below looks at shared state after this line, so a ring in between cuts the sleep
    // short.
    const Doorbell::Ticket ticket = control_.coordinator.Listen();
    Deadline next = Deadline::Infinite();
    {
      const std::lock_guard lock(step_);
      next = Step();
      if (stop_.load(std::memory_order_acquire)) {
        ended_ = outbox_.empty() || stop_by_.Passed();
        next = std::min(next, stop_by_);
      }
      // Others set it when this process was silent for so long that they took it for dead.
      ended_ = ended_ || control_.stopped.load(std::memory_order_seq_cst) != 0;
      if (ended_) break;
      sleeps_until_ = next;
    }
    control_.coordinator.Wait(ticket, next, spins_);
  }
  // After the last reply: a caller that sees the flag has its reply already, if there is one.
  stopped_by_others_ = !segment_.StopGroup();
}

// Takes what has come and decides what can be decided. When to look again without a ring.
Deadline Coordinator::Step() {
  FollowRecords();
  TakeCalls();
  LookAfterLeases();
  AdmitWhoIsAttached();
  Decide();
  WriteReplies();
  if (inspection_due_.exchange(false, std::memory_order_seq_cst) && Inspect()) {
    Decide();
    WriteReplies();
  }
  return std::min(next_deadline_, next_look_);
}

// Looks for those who have appeared or left since the last time.
void Coordinator::FollowRecords() {
  const uint32_t changes = control_.roster_changes.load(std::memory_order_seq_cst);
  if (changes == roster_changes_) return;
  roster_changes_ = changes;
  inspection_due_.store(true, std::memory_order_seq_cst);
  FollowOwnRecord();
  const Incarnation claimed =
      std::min(control_.claimed.load(std::memory_order_seq_cst), segment_.geometry().incarnations);
  for (Incarnation member = 1; member <= claimed; ++member) {
    if (member == self_) continue;
    const MemberStatus status = segment_.record(member).status.load(std::memory_order_seq_cst);
    const bool known = peers_.count(member) != 0;
    if (status == MemberStatus::kJoining && !known) Welcome(member);
    if (status == MemberStatus::kLeft && known) Forget(member);
  }
}

// This process has failed as a member.
void Coordinator::FollowOwnRecord() {
  if (!takes_part_ || !IsGone(segment_.record(self_))) return;
  takes_part_ = false;
  group_.Drop(self_);
  segment_.Announce();
}

// Drops those whose lease has run out. What they published before is read: TakeCalls has been
// there.
void Coordinator::LookAfterLeases() {
  if (segment_.lease() == std::chrono::nanoseconds::max()) return;
  const int64_t now_ns = MonotonicNow();
  if (!next_look_.infinite() && !next_look_.PassedAt(now_ns)) return;
  next_look_ = Deadline::At(now_ns).Later(segment_.lease() / kLooksPerLease);
  std::vector<Incarnation> dead;
  for (auto& [member, peer] : peers_) {
    const uint32_t heartbeat = segment_.record(member).heartbeat.load(std::memory_order_relaxed);
    if (peer.lease.RunOut(heartbeat, now_ns)) dead.push_back(member);
  }
  for (const Incarnation member : dead) Lose(member);
  inspection_due_.store(true, std::memory_order_seq_cst);
}

// What the cell shows, if it can be: nobody has handled what has not been sent. Any thread.
Observed Coordinator::Progress(Incarnation observer, Incarnation sender) {
  const Observed observed = Observe(segment_.progress(observer, sender));
  if (observed.progress == Position{}) return observed;  // not reading
  const uint64_t published = segment_.request_ring(sender).Published().sequence;
  if (observed.progress.epoch == sender &&
      SequenceDistance(observed.progress.sequence, published) >= 0) {
    return observed;
  }
  inspection_due_.store(true, std::memory_order_seq_cst);
  return {};
}

// Drops those who have written what cannot be. True when there were any.
bool Coordinator::Inspect() {
  std::map<Incarnation, Known> known;
  if (takes_part_) known[self_] = {.admitted = true, .cursor = std::nullopt};
  for (auto& [member, peer] : peers_) {
    known[member] = {.admitted = peer.admitted, .cursor = peer.calls.next()};
    peer.calls.Mend();
  }
  const auto found = FindCorruption(segment_, known, reply_writer_.next());
  for (const auto& [member, why] : found) Expel(member, why);
  return !found.empty();
}

// Who has been told of a drop begins rounds without the dropped one. This process itself is told
// first: what its own calls return is the reason.
void Coordinator::Expel(Incarnation member, const absl::Status& why) {
  if (member == self_) {
    report_(member, why);
    segment_.record(self_).status.store(MemberStatus::kLeft, std::memory_order_seq_cst);
    FollowOwnRecord();
  } else {
    Lose(member);
    report_(member, why);  // who is told finds it out of the rounds
  }
}

// A joiner's slot is its own from here on: what had it before is dropped, in the same step, if it
// is still there.
void Coordinator::Welcome(Incarnation joiner) {
  const uint32_t slot = segment_.record(joiner).slot;
  if (slot >= segment_.geometry().slots || slot == segment_.record(self_).slot) return Lose(joiner);
  for (const auto& [member, peer] : peers_) {
    if (peer.slot != slot) continue;
    if (member > joiner) return Lose(joiner);  // it was slow, and has been replaced meanwhile
    Lose(member);
    break;
  }
  const RingView ring = segment_.request_ring(joiner);
  const int64_t now_ns = segment_.lease() == std::chrono::nanoseconds::max() ? 0 : MonotonicNow();
  Peer peer{
      .calls = CallReader(ring),
      .slot = slot,
      .lease = LeaseWatch(segment_.lease(), segment_.record(joiner).heartbeat.load(), now_ns)};
  peer.calls.Attach();
  peers_.emplace(joiner, peer);
}

// Membership begins when all who are members can read the new one and it can read all of them.
void Coordinator::AdmitWhoIsAttached() {
  for (auto& [joiner, peer] : peers_) {
    if (peer.admitted || (takes_part_ && !AttachedBothWays(joiner, self_))) continue;
    const bool all =
        std::all_of(peers_.begin(), peers_.end(), [&, joiner = joiner](const auto& other) {
          return !other.second.admitted || AttachedBothWays(joiner, other.first);
        });
    if (!all) continue;
    // Counted first, so that whoever sees the new member in the records finds it in every round
    // from there on.
    group_.Admit(joiner);
    MemberStatus expected = MemberStatus::kJoining;
    peer.admitted =
        segment_.record(joiner).status.compare_exchange_strong(expected, MemberStatus::kMember);
    if (!peer.admitted) group_.Drop(joiner);  // it has given up
    control_.roster.Ring();
  }
}

bool Coordinator::AttachedBothWays(Incarnation a, Incarnation b) const {
  const auto reads = [this](Incarnation observer, Incarnation sender) {
    return IsReading(segment_.progress(observer, sender).state.load(std::memory_order_seq_cst));
  };
  return reads(a, b) && reads(b, a);
}

void Coordinator::TakeCalls() {
  std::map<Incarnation, absl::Status> broken;
  for (auto& [member, peer] : peers_) {
    absl::Status taken = TakeCallsOf(member, &peer);
    if (!taken.ok()) broken.emplace(member, std::move(taken));
  }
  // Whose ring cannot be read cannot take part; the others go on.
  for (const auto& [member, why] : broken) {
    Expel(member,
          absl::DataLossError(absl::StrCat("ring of incarnation ", member, ": ", why.message())));
  }
}

absl::Status Coordinator::TakeCallsOf(Incarnation member, Peer* peer) {
  for (;;) {
    Envelope envelope;
    const absl::StatusOr<bool> call = peer->calls.Read(&envelope, &body_);
    if (!call.ok() || !*call) return call.status();
    if (absl::Status taken = TakeCall(member, envelope); !taken.ok()) return taken;
  }
}

absl::Status Coordinator::TakeCall(Incarnation member, const Envelope& envelope) {
  if (envelope.kind == Kind::kArrive) {
    absl::StatusOr<ArriveBody> body = DecodeArrive(body_);
    if (!body.ok()) return body.status();
    group_.Arrive({.member = member,
                   .call = body->call,
                   .name = std::move(body->name),
                   .mode = body->mode,
                   .stamp = {member, envelope.sequence + 1},
                   .deadline = Deadline::In(body->patience)});
  } else if (envelope.kind == Kind::kLeave) {
    const absl::StatusOr<LeaveBody> body = DecodeLeave(body_);
    if (!body.ok()) return body.status();
    group_.Leave(member, body->call);
  }
  return absl::OkStatus();
}

void Coordinator::Decide() {
  const auto evaluate = [this] {
    Decision decision = group_.Evaluate(next_deadline_.infinite() ? 0 : MonotonicNow());
    next_deadline_ = decision.next_deadline;
    outbox_.insert(outbox_.end(), decision.replies.begin(), decision.replies.end());
    return decision.awaits_progress;
  };
  const bool awaits_progress = evaluate();
  if (awaits_progress == watching_) return;
  Watch(awaits_progress);
  // A reader that did not see us watching has published before, and is seen by this look.
  if (awaits_progress) Watch(evaluate());
}

void Coordinator::Watch(bool watch) {
  if (watch == watching_) return;
  watching_ = watch;
  control_.watching.store(watch ? 1 : 0, std::memory_order_seq_cst);
}

// Writes what has room. The rest stays, in order, until a reader of replies has moved and rung.
void Coordinator::WriteReplies() {
  bool written = false;
  for (; !outbox_.empty() && HasRoomForReply(); outbox_.pop_front()) {
    written |= reply_writer_.TryAppend(Kind::kReply, 0, Encode(outbox_.front())).ok();
  }
  if (written) control_.replies.Ring();
}

bool Coordinator::HasRoomForReply() {
  std::atomic<uint32_t>& blocked = reply_ring_.header->blocked;
  const absl::Status room = reply_writer_.AskForRoom(1);
  if (room.ok()) {
    if (std::exchange(reply_blocked_, false)) blocked.store(0, std::memory_order_seq_cst);
    return true;
  }
  if (absl::IsDataLoss(room)) inspection_due_.store(true, std::memory_order_seq_cst);
  // Either a reader that moves from now on sees this and rings, or it has moved already and the
  // second look sees that.
  if (!std::exchange(reply_blocked_, true)) blocked.store(1, std::memory_order_seq_cst);
  return reply_writer_.AskForRoom(1).ok();
}

// Drops a process that is dead, replaced or broken. Its rounds go on without it.
void Coordinator::Lose(Incarnation member) {
  segment_.record(member).status.store(MemberStatus::kLost, std::memory_order_seq_cst);
  Forget(member);
}

void Coordinator::Forget(Incarnation member) {
  group_.Drop(member);
  segment_.scan(member).state.store(ReaderState::kDetached, std::memory_order_seq_cst);
  peers_.erase(member);
  segment_.Announce();
}

}  // namespace fence
