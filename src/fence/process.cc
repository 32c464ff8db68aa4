#include "fence/process.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "fence/membership.h"

namespace fence {
namespace {

absl::Status NotNegative(const char* option, int64_t value) {
  if (value >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(option, ": expected no negative number, got ", value));
}

// What can be said of the options before there is a segment; the rest is Segment's.
absl::Status Validate(const Options& options) {
  for (absl::Status status : {NotNegative("patience", options.patience.count()),
                              NotNegative("answer_grace", options.answer_grace.count()),
                              NotNegative("spins", options.spins)}) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ValidateSlot(uint32_t slot, const Geometry& geometry) {
  if (slot < geometry.slots) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("slot: expected less than ", geometry.slots, ", got ", slot));
}

BarrierResult Failure(Mode mode, absl::Status status) {
  return {.round = 0, .phases = UniformPhases(mode, Phase::kFailed), .status = std::move(status)};
}

}  // namespace

Process::Process(Options options, Segment segment, Incarnation self)
    : options_(std::move(options)),
      segment_(std::move(segment)),
      control_(segment_.control()),
      record_(segment_.record(self)),
      self_(self),
      sender_(segment_, self, options_.first_sequence, options_.spins),
      calls_(segment_, self, options_.spins),
      roster_(segment_, self, /*service=*/true, options_.spins,
              {.deliver = [this](const Message& message) { Deliver(message); },
               .on_unreadable = [this](const absl::Status& error) { NoteError(error); },
               .on_failure = [this](const absl::Status& why) { Fail(why); }},
              {.on_silence = [this] { CoordinatorIsSilent(); },
               .on_ended = [this] { WithdrawRecord(); }}) {}

Process::~Process() { Leave().IgnoreError(); }

absl::StatusOr<std::unique_ptr<Process>> Process::Create(Options options) {
  for (absl::Status status : {Validate(options), ValidateSlot(options.slot, options.geometry)}) {
    if (!status.ok()) return status;
  }
  absl::StatusOr<Segment> segment = Segment::Create(options.group, options.geometry, options.lease);
  if (!segment.ok()) return segment.status();
  std::unique_ptr<Process> process(
      new Process(std::move(options), *std::move(segment), kCoordinatorIncarnation));
  RingWriter::Initialize(process->segment_.reply_ring(), process->self_,
                         process->options_.first_reply);
  process->FillRecord(MemberStatus::kMember);
  process->coordinator_ = std::make_unique<Coordinator>(
      process->segment_, process->self_, process->options_.spins,
      [self = process.get()](Incarnation member, const absl::Status& why) {
        member == self->self_ ? self->Fail(why) : self->NoteError(why);
      });
  process->roster_.SetService(process->options_.start_in_service);
  for (const absl::Status& started : {process->coordinator_->started(), process->roster_.Start()}) {
    if (!started.ok()) return started;
  }
  return process;
}

absl::StatusOr<std::unique_ptr<Process>> Process::Join(Options options) {
  const Deadline deadline = Deadline::In(options.patience);
  return Join(std::move(options), deadline);
}

absl::StatusOr<std::unique_ptr<Process>> Process::Join(Options options, Deadline deadline) {
  if (absl::Status status = Validate(options); !status.ok()) return status;
  absl::StatusOr<Segment> segment = AttachWhenThere(options.group, deadline);
  if (!segment.ok()) return segment.status();
  absl::Status slot = ValidateSlot(options.slot, segment->geometry());
  if (!slot.ok()) return slot;
  const absl::StatusOr<Incarnation> self = Claim(*segment);
  if (!self.ok()) return self.status();
  std::unique_ptr<Process> process(new Process(std::move(options), *std::move(segment), *self));
  process->FillRecord(MemberStatus::kJoining);
  absl::Status joined = process->roster_.Start();
  if (joined.ok()) joined = process->AwaitMembership(deadline);
  if (!joined.ok()) {
    process->BeginLeaving();
    process->Depart();
    return joined;
  }
  // Until here messages were held back: a handler may send, and what it had sent while joining
  // would not have reached members that attached later.
  process->roster_.SetService(process->options_.start_in_service);
  return process;
}

// Makes this process visible to the others.
void Process::FillRecord(MemberStatus status) {
  record_.slot = options_.slot;
  record_.pid = static_cast<uint32_t>(getpid());
  std::memcpy(record_.name, options_.name.data(), std::min(options_.name.size(), kMaxMemberName));
  record_.status.store(status, std::memory_order_seq_cst);
  control_.roster_changes.fetch_add(1, std::memory_order_seq_cst);
  control_.roster.Ring();
  control_.coordinator.Ring();
}

absl::Status Process::AwaitMembership(Deadline deadline) {
  for (;;) {
    const Doorbell::Ticket ticket = control_.roster.Listen();
    switch (record_.status.load(std::memory_order_seq_cst)) {
      case MemberStatus::kMember:
        return absl::OkStatus();
      case MemberStatus::kLost:
        return absl::AbortedError(absl::StrCat(
            "slot ", options_.slot,
            ": dropped while joining: taken by a newer incarnation, or the coordinator's own, or "
            "silent for a whole lease"));
      case MemberStatus::kLeft:
        return TakesPart();
      default:
        break;
    }
    if (control_.stopped.load(std::memory_order_seq_cst) != 0) {
      return absl::UnavailableError("the coordinator has stopped");
    }
    if (!control_.roster.Wait(ticket, deadline) &&
        record_.status.load(std::memory_order_seq_cst) == MemberStatus::kJoining) {
      return absl::DeadlineExceededError("join: not all members have attached");
    }
  }
}

absl::Status Process::AwaitMembers(uint32_t count) { return AwaitMembers(count, Patience()); }

absl::Status Process::AwaitMembers(uint32_t count, Deadline deadline) {
  if (count > segment_.geometry().slots) {
    return absl::InvalidArgumentError(absl::StrCat(
        "count: the group has room for ", segment_.geometry().slots, " members, got ", count));
  }
  for (;;) {
    const Doorbell::Ticket ticket = control_.roster.Listen();
    if (absl::Status here = TakesPart(); !here.ok()) return here;
    const uint32_t members = CountMembers(segment_);
    if (members >= count) return absl::OkStatus();
    if (control_.stopped.load(std::memory_order_seq_cst) != 0) {
      return absl::UnavailableError("the coordinator has stopped");
    }
    if (!control_.roster.Wait(ticket, deadline)) {
      return absl::DeadlineExceededError(absl::StrCat(members, " of ", count, " members"));
    }
  }
}

absl::Status Process::Send(uint32_t type, std::string_view payload) {
  // The clock is read by calls that block, and most do not.
  absl::Status sent = sender_.TryAppend(Kind::kApplication, type, payload, Wake::kReaders).status();
  if (sent.ok()) return sent;
  const bool may_pass = absl::IsResourceExhausted(sent) || absl::IsDataLoss(sent);
  return may_pass ? Send(type, payload, Patience()) : sent;
}

absl::Status Process::Send(uint32_t type, std::string_view payload, Deadline deadline) {
  absl::Status sent = sender_.TryAppend(Kind::kApplication, type, payload, Wake::kReaders).status();
  if (!absl::IsResourceExhausted(sent) && !absl::IsDataLoss(sent)) return sent;
  // Two handlers could wait on each other's ring.
  if (roster_.Current() != nullptr) {
    return {sent.code(), absl::StrCat(sent.message(), ", and handlers do not wait")};
  }
  return sender_.Append(Kind::kApplication, type, payload, Wake::kReaders, deadline).status();
}

BarrierResult Process::Barrier(const std::string& name, Mode mode) {
  return Barrier(name, mode, Patience());
}

BarrierResult Process::Barrier(const std::string& name, Mode mode, Deadline deadline) {
  if (name.empty() || name.size() > kMaxBarrierName) {
    return Failure(mode, absl::InvalidArgumentError(
                             absl::StrCat("barrier name: expected 1 to ", kMaxBarrierName,
                                          " characters, got ", name.size())));
  }
  // A handler that waited here would wait for messages that its own thread is to handle.
  if (roster_.Current() != nullptr) {
    return Failure(
        mode, absl::FailedPreconditionError(absl::StrCat(
                  "barrier \"", name, "\": called in a handler, which would wait for itself")));
  }
  absl::StatusOr<ReplyBody> reply = Call(name, mode, deadline);
  if (!reply.ok()) return Failure(mode, reply.status());
  return {.round = reply->round, .phases = reply->phases, .status = ToStatus(reply->reason, name)};
}

absl::StatusOr<ReplyBody> Process::Call(const std::string& name, Mode mode, Deadline deadline) {
  const absl::StatusOr<uint64_t> call = calls_.Begin(name);
  if (!call.ok()) return call.status();
  const ArriveBody arrive{
      .call = *call, .mode = mode, .patience = deadline.Remaining(), .name = name};
  // A rendezvous waits for nobody's progress: the readers take this message along when there is
  // more.
  const Wake wake = mode == Mode::kRendezvous ? Wake::kNobody : Wake::kReaders;
  const absl::StatusOr<Position> stamp =
      sender_.Append(Kind::kArrive, 0, Encode(arrive), wake, deadline);
  if (!stamp.ok()) {
    calls_.Abandon(*call);
    return stamp.status();
  }
  if (coordinator_ == nullptr) {
    control_.coordinator.Ring();
  } else {
    coordinator_->ArriveLocally({.member = self_,
                                 .call = *call,
                                 .name = name,
                                 .mode = mode,
                                 .stamp = *stamp,
                                 .deadline = deadline});
  }
  // The grace is counted from now if the deadline has passed already: the answer takes its time.
  const Deadline not_past = Deadline::In(deadline.Remaining());
  return calls_.Await(*call, not_past.Later(options_.answer_grace));
}

absl::Status Process::Leave() { return Leave(Patience()); }

absl::Status Process::Leave(Deadline deadline) {
  if (roster_.Current() != nullptr)
    return absl::FailedPreconditionError("leave: called in a handler");
  if (!BeginLeaving()) return absl::FailedPreconditionError(kHasLeft);
  const absl::Status called = CallLeave(deadline);
  const bool own_end = coordinator_ == nullptr || coordinator_->Stop(deadline);
  Depart();
  if (!own_end) return absl::CancelledError("the others have taken this coordinator for dead");
  if (coordinator_ != nullptr) {
    return segment_.MayRemoveName() ? Segment::Unlink(options_.group) : absl::OkStatus();
  }
  // Nobody is left to let this process go, or it is gone already.
  return absl::IsUnavailable(called) || HasFailed() ? absl::OkStatus() : called;
}

// True for the one call that is to leave.
bool Process::BeginLeaving() {
  const std::lock_guard lock(mutex_);
  return !std::exchange(leaving_, true);
}

// ok when the coordinator has let this member go, Unavailable when it is not there any more.
absl::Status Process::CallLeave(Deadline deadline) {
  if (coordinator_ != nullptr) return absl::OkStatus();
  // Barriers have names, so none is in this one's way.
  const absl::StatusOr<uint64_t> call = calls_.Begin("");
  if (!call.ok()) return call.status();
  absl::Status sent =
      sender_.Append(Kind::kLeave, 0, Encode(LeaveBody{*call}), Wake::kNobody, deadline).status();
  if (!sent.ok()) {
    calls_.Abandon(*call);
    return sent;
  }
  control_.coordinator.Ring();
  return calls_.Await(*call, deadline).status();
}

// Ends all reading and says so in the record: in this order, since senders do not wait for who is
// gone and would overwrite what is being copied. The mapping stays until this object goes.
void Process::Depart() {
  sender_.Close(absl::FailedPreconditionError(kHasLeft));
  roster_.Stop();
  WithdrawRecord();
}

// The coordinator drops this member, and nobody waits for its readers any more.
void Process::WithdrawRecord() {
  // In the order in which the coordinator moves it on, which it may be doing.
  for (MemberStatus expected : {MemberStatus::kJoining, MemberStatus::kMember}) {
    record_.status.compare_exchange_strong(expected, MemberStatus::kLeft,
                                           std::memory_order_seq_cst);
  }
  control_.roster_changes.fetch_add(1, std::memory_order_seq_cst);
  control_.roster.Ring();
  control_.coordinator.Ring();
}

void Process::SetService(bool service) { roster_.SetService(service); }

absl::Status Process::RunAfterCurrentHandler(std::function<void()> task) {
  Reader* const reader = roster_.Current();
  if (reader == nullptr)
    return absl::FailedPreconditionError("run after current handler: not called in a handler");
  reader->RunAfterCurrentHandler(std::move(task));
  return absl::OkStatus();
}

void Process::Deliver(const Message& message) {
  const auto found = options_.handlers.find(message.type);
  const Handler& handler = found == options_.handlers.end() ? options_.other_types : found->second;
  if (handler) handler(*this, message);
}

void Process::NoteError(const absl::Status& error) {
  const std::lock_guard lock(mutex_);
  if (health_.ok()) health_ = error;
}

// This process cannot keep a member's promises any more. The roster withdraws the record when the
// readers have ended; until then the one that failed holds up the barriers.
void Process::Fail(const absl::Status& why) {
  {
    const std::lock_guard lock(mutex_);
    if (!failed_.ok()) return;
    failed_ = why;
    if (health_.ok()) health_ = why;
  }
  sender_.Close(why);
  calls_.Fail(why);
  roster_.End();
}

bool Process::HasFailed() const {
  const std::lock_guard lock(mutex_);
  return !failed_.ok();
}

// ok as long as this process is, or is becoming, a member by what it knows itself.
absl::Status Process::TakesPart() const {
  const std::lock_guard lock(mutex_);
  if (!failed_.ok()) return failed_;
  if (leaving_) return absl::FailedPreconditionError(kHasLeft);
  const bool dropped = record_.status.load(std::memory_order_seq_cst) == MemberStatus::kLost;
  return dropped ? absl::CancelledError(kWasDropped) : absl::OkStatus();
}

// The first of the members to notice clears up: the name is free for a new group.
void Process::CoordinatorIsSilent() {
  NoteError(absl::UnavailableError("the coordinator has been silent for a whole lease"));
  segment_.StopGroup();
  if (segment_.MayRemoveName()) Segment::Unlink(options_.group).IgnoreError();
}

absl::Status Process::Health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

std::string Process::Describe() const {
  std::string text = ToString(Look());
  if (coordinator_ != nullptr) text += coordinator_->group().Describe();
  return text;
}

}  // namespace fence
