#include "fence/calls.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace fence {

Calls::Calls(const Segment& segment, Incarnation self, int spins)
    : control_(segment.control()),
      self_record_(segment.record(self)),
      self_(self),
      spins_(spins),
      ring_(segment.reply_ring(), &segment.reply_cell(self)) {}

absl::StatusOr<uint64_t> Calls::Begin(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (!failed_.ok()) return failed_;
  if (!unanswered_.ok()) return unanswered_;
  for (const auto& [id, call] : calls_) {
    if (call.name == name) {
      return absl::FailedPreconditionError(
          absl::StrCat("barrier \"", name, "\": another thread of this process waits in it"));
    }
  }
  if (calls_.empty()) next_ = ring_.Attach(ReaderState::kNormal);
  calls_[++last_call_].name = name;
  return last_call_;
}

void Calls::Fail(const absl::Status& why) {
  {
    const std::lock_guard lock(mutex_);
    failed_ = why;
  }
  control_.replies.RingForEnd();
}

void Calls::Abandon(uint64_t call) {
  const std::lock_guard lock(mutex_);
  Forget(calls_.find(call));
}

absl::StatusOr<ReplyBody> Calls::Await(uint64_t call, Deadline deadline) {
  for (;;) {
    const Doorbell::Ticket ticket = control_.replies.Listen();
    if (std::optional<absl::StatusOr<ReplyBody>> end = Look(call)) return *std::move(end);
    if (!control_.replies.Wait(ticket, deadline, spins_)) return GiveUp(call);
  }
}

// The outcome of a call, if there is one; the call is forgotten then.
std::optional<absl::StatusOr<ReplyBody>> Calls::Look(uint64_t call) {
  // Asked before the ring is read: a coordinator that stops has written its replies by then.
  const bool stopped = control_.stopped.load(std::memory_order_seq_cst) != 0;
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(call);
  const auto end = [&](absl::StatusOr<ReplyBody> outcome) {
    Forget(found);
    return outcome;
  };
  if (!failed_.ok()) return end(failed_);
  const absl::Status taken = TakeReplies();
  // And this after: whoever has been dropped may have read what was being overwritten. The load
  // alone would let the reading come after it.
  std::atomic_thread_fence(std::memory_order_acquire);
  if (self_record_.status.load(std::memory_order_seq_cst) == MemberStatus::kLost) {
    return end(absl::CancelledError(kWasDropped));
  }
  if (!taken.ok()) {
    // This call's answer may be behind it, or another's: see GiveUp.
    unanswered_ = absl::DataLossError(absl::StrCat("reply ring: ", taken.message()));
    return end(unanswered_);
  }
  if (found->second.reply.has_value()) return end(*found->second.reply);
  if (stopped) return end(absl::UnavailableError("the coordinator has stopped"));
  return std::nullopt;
}

absl::Status Calls::GiveUp(uint64_t call) {
  const std::lock_guard lock(mutex_);
  Forget(calls_.find(call));
  // It may still count this process as arrived. Another call under that name could be one round
  // off: there is none.
  unanswered_ = absl::DeadlineExceededError("the coordinator has left a call unanswered");
  return unanswered_;
}

absl::Status Calls::TakeReplies() {
  const uint64_t limit = ring_.Published();
  if (next_ == limit) return absl::OkStatus();
  for (; next_ != limit; ++next_) {
    Envelope envelope;
    if (absl::Status read = ring_.Read(next_, &envelope, &body_); !read.ok()) return read;
    absl::StatusOr<ReplyBody> reply = DecodeReply(body_);
    if (!reply.ok()) return reply.status();
    if (reply->member != self_) continue;
    // A call that its caller has given up is not there any more.
    if (const auto found = calls_.find(reply->call); found != calls_.end())
      found->second.reply = *reply;
  }
  ring_.Publish(limit);
  return absl::OkStatus();
}

void Calls::Forget(std::map<uint64_t, Call>::iterator call) {
  calls_.erase(call);
  if (calls_.empty()) ring_.Detach();
}

}  // namespace fence
