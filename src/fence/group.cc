#include "fence/group.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "fence/trace.h"

namespace fence {

#ifdef FENCE_TRACE
namespace {

void Trace(uint64_t round, const std::string& name, Target* target, const Observed& observed) {
  const int64_t backlog = BacklogOf(*target, observed);
  WriteTrace({.round = round,
              .name = name,
              .target = *target,
              .observed = observed,
              .backlog_before = target->traced_backlog.value_or(target->delta),
              .backlog_after = backlog});
  target->traced_backlog = backlog;
}

}  // namespace
#endif

Group::Participant* Group::Round::Find(Incarnation member) {
  const auto it = std::find_if(participants.begin(), participants.end(),
                               [&](const Participant& p) { return p.member == member; });
  return it == participants.end() ? nullptr : &*it;
}

bool Group::Round::AllArrived() const {
  return std::all_of(participants.begin(), participants.end(),
                     [](const Participant& p) { return p.arrived; });
}

bool Group::Round::Idle() const {
  return std::none_of(participants.begin(), participants.end(),
                      [](const Participant& p) { return p.arrived || p.released; });
}

bool Group::Round::Finished() const {
  return std::all_of(participants.begin(), participants.end(),
                     [](const Participant& p) { return p.released; });
}

void Group::Admit(Incarnation member) {
  const std::lock_guard membership(membership_mutex_);
  members_.push_back({member, /*draining=*/false});
}

void Group::Leave(Incarnation member, uint64_t call) {
  const std::lock_guard membership(membership_mutex_);
  const std::lock_guard rounds(rounds_mutex_);
  for (Member& m : members_) {
    if (m.incarnation == member) m.draining = true;
  }
  Remove(member, /*left=*/true);
  farewells_.push_back(
      {.member = member, .call = call, .round = 0, .phases = {}, .reason = Reason::kNone});
}

void Group::Drop(Incarnation member) {
  const std::lock_guard membership(membership_mutex_);
  const std::lock_guard rounds(rounds_mutex_);
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [&](const Member& m) { return m.incarnation == member; });
  if (found == members_.end()) return;
  // One that drained has left all rounds in order. What others still have to handle of it stands in
  // its ring.
  if (!found->draining) Remove(member, /*left=*/false);
  members_.erase(found);
}

void Group::Remove(Incarnation member, bool left) {
  for (Round& round : rounds_) {
    const Participant* const participant = round.Find(member);
    if (participant == nullptr) continue;
    if (left && participant->waiting()) {
      Answer(round, *participant, UniformPhases(round.mode, Phase::kFailed), Reason::kLeft);
    }
    const bool through = participant->released;
    std::erase_if(round.participants, [&](const Participant& p) { return p.member == member; });
    std::erase_if(round.targets, [&](const Target& t) { return t.observer == member; });
    // Who leaves after its own release takes nothing from those that are still on the way through
    // its messages.
    const auto given_up = std::erase_if(round.targets, [&](const Target& t) {
      return t.sender == member && !(left && through && t.armed);
    });
    if (!through || given_up > 0) round.downgraded = true;
  }
  std::erase_if(rounds_, [](const Round& round) { return round.Finished() || round.Idle(); });
}

void Group::Arrive(const Arrival& arrival) {
  const std::lock_guard membership(membership_mutex_);
  const std::lock_guard rounds(rounds_mutex_);
  const bool is_member = std::any_of(members_.begin(), members_.end(), [&](const Member& m) {
    return m.incarnation == arrival.member && !m.draining;
  });
  if (!is_member) return Refuse(arrival, 0, Reason::kLeft);
  Round& round = RoundFor(arrival);
  if (round.mode != arrival.mode) return Refuse(arrival, round.number, Reason::kModeMismatch);
  Enter(&round, round.Find(arrival.member), arrival);
}

// By number and not by name alone: a fast member that is back already must not be absorbed into the
// round that a slow one has not left.
Group::Round& Group::RoundFor(const Arrival& arrival) {
  for (Round& round : rounds_) {
    if (round.name != arrival.name) continue;
    const Participant* const participant = round.Find(arrival.member);
    if (participant != nullptr && !participant->arrived) return round;
  }
  Round& round = rounds_.emplace_back();
  round.number = ++last_round_;
  round.name = arrival.name;
  round.mode = arrival.mode;
  for (const Member& member : members_) {
    if (!member.draining) round.participants.push_back({.member = member.incarnation});
  }
  return round;
}

void Group::Enter(Round* round, Participant* participant, const Arrival& arrival) {
  participant->arrived = true;
  participant->call = arrival.call;
  participant->deadline = arrival.deadline;
  if (round->mode == Mode::kRendezvous) return;
  for (const Participant& observer : round->participants) {
    // Nobody reads his own ring. Who has returned already wants nothing more.
    if (observer.member == arrival.member || observer.released) continue;
    Target target{.observer = observer.member, .sender = arrival.member, .stamp = arrival.stamp};
    Arm(&target, progress_(observer.member, arrival.member));
    round->targets.push_back(target);
  }
}

Decision Group::Evaluate(int64_t now_ns) {
  const std::lock_guard rounds(rounds_mutex_);
  for (Round& round : rounds_) {
    Settle(&round);
    Release(&round);
    Expire(&round, now_ns);
  }
  std::erase_if(rounds_, [](const Round& round) { return round.Finished() || round.Idle(); });
  replies_.insert(replies_.end(), farewells_.begin(), farewells_.end());
  farewells_.clear();

  Decision decision;
  decision.replies = std::exchange(replies_, {});
  for (const Round& round : rounds_) {
    if (round.AllArrived())
      decision.awaits_progress = true;  // nothing else can hold back what is left of it
    for (const Participant& participant : round.participants) {
      if (participant.waiting())
        decision.next_deadline = std::min(decision.next_deadline, participant.deadline);
    }
  }
  return decision;
}

// Forgets the targets that are met: progress never goes back.
void Group::Settle(Round* round) const {
  if (!round->AllArrived()) return;
  std::erase_if(round->targets, [&](Target& target) {
    const Observed observed = progress_(target.observer, target.sender);
    const bool met = Arm(&target, observed) && Met(target, observed);
#ifdef FENCE_TRACE
    Trace(round->number, round->name, &target, observed);
#endif
    return met;
  });
}

bool Group::MayReturn(const Round& round, const Participant& participant) const {
  const auto holds_back = [&](const Target& target) {
    return round.mode == Mode::kProcessing || target.observer == participant.member;
  };
  return round.AllArrived() && std::none_of(round.targets.begin(), round.targets.end(), holds_back);
}

void Group::Release(Round* round) {
  const Phase phase = round->downgraded ? Phase::kDowngraded : Phase::kSatisfied;
  for (Participant& participant : round->participants) {
    if (participant.released || !MayReturn(*round, participant)) continue;
    Answer(*round, participant, UniformPhases(round->mode, phase), Reason::kNone);
    participant.released = true;
  }
}

void Group::Expire(Round* round, int64_t now_ns) {
  Phases phases = UniformPhases(round->mode, Phase::kFailed);
  if (round->AllArrived())
    phases.rendezvous = round->downgraded ? Phase::kDowngraded : Phase::kSatisfied;
  for (Participant& participant : round->participants) {
    if (!participant.waiting() || !participant.deadline.PassedAt(now_ns)) continue;
    Answer(*round, participant, phases, Reason::kTimeout);
    // Withdrawn, not forgotten: the member's next call counts for this round, or it would be off by
    // one for ever.
    participant.arrived = false;
    std::erase_if(round->targets, [&](const Target& t) { return t.sender == participant.member; });
  }
}

void Group::Answer(const Round& round, const Participant& participant, Phases phases,
                   Reason reason) {
  replies_.push_back({.member = participant.member,
                      .call = participant.call,
                      .round = round.number,
                      .phases = phases,
                      .reason = reason});
}

void Group::Refuse(const Arrival& arrival, uint64_t round, Reason reason) {
  replies_.push_back({.member = arrival.member,
                      .call = arrival.call,
                      .round = round,
                      .phases = UniformPhases(arrival.mode, Phase::kFailed),
                      .reason = reason});
}

std::vector<Incarnation> Group::Members() const {
  const std::lock_guard membership(membership_mutex_);
  std::vector<Incarnation> members;
  for (const Member& member : members_) {
    if (!member.draining) members.push_back(member.incarnation);
  }
  return members;
}

std::string Group::Describe() const {
  const std::lock_guard rounds(rounds_mutex_);
  std::string text;
  for (const Round& round : rounds_) {
    absl::StrAppend(&text, "round ", round.number, " of \"", round.name, "\", ",
                    ToString(round.mode), "\n");
    for (const Participant& p : round.participants) {
      absl::StrAppend(&text, "  incarnation ", p.member,
                      p.released ? " has returned" : (p.arrived ? " waits" : " has not arrived"),
                      "\n");
    }
    for (const Target& target : round.targets) {
      absl::StrAppend(&text, "  ", ToString(target, progress_(target.observer, target.sender)),
                      "\n");
    }
  }
  return text;
}

}  // namespace fence
