#include "sim/strategy/conflict.h"

#include <algorithm>
#include <bit>

namespace weir::sim {
namespace {

// Attempts at a constraint before an object is given up that has no two accesses in such an order.
constexpr int kAttempts = 8;

ThreadSlot LowestOf(const auto& words) {
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] != 0) return static_cast<ThreadSlot>(i * 64 + std::countr_zero(words[i]));
  }
  return kNoThread;
}

}  // namespace

void ConflictStrategy::Begin(const Execution& next, Random random) {
  random_ = random;
  environment_.Begin(next, random_);
  priorities_.Clear();
  profile_ = next.profile;
  base_ = static_cast<Base>(random_.Below(4));
  exponent_ = random_.Below(kStickiest + 1);
  longest_hold_ =
      uint64_t{1} << (kShortestHoldLog + random_.Below(kLongestHoldLog - kShortestHoldLog + 1));
  hurries_ = kNoThread;
  yields_ = 0;
  count_ = 0;
  if (profile_ == nullptr || profile_->objects.empty()) {
    base_ = Base::kWalk;
    return;
  }
  ids_.Begin(profile_->identities);
  int wanted = 1;
  while (wanted < kMostConstraints && random_.Below(2) == 0) ++wanted;
  for (int attempt = 0; attempt < kAttempts * wanted && count_ < wanted; ++attempt) {
    if (Draw(*profile_, constraints_[count_])) ++count_;
  }
}

bool ConflictStrategy::Draw(const Profile& profile, Constraint& constraint) {
  const auto& object =
      profile.objects[random_.Below(static_cast<uint32_t>(profile.objects.size()))];
  constraint = {.object = object.id, .open = true, .at_once = random_.Below(2) != 0};
  return random_.Below(2) != 0 ? DrawBefore(profile, object, constraint)
                               : DrawFrom(profile, object, constraint);
}

bool ConflictStrategy::DrawBefore(const Profile& profile, const Profile::ObjectInfo& object,
                                  Constraint& constraint) {
  const auto count = static_cast<uint32_t>(object.accesses.size());
  uint32_t place = random_.Below(count);
  const Profile::Access& held = profile.accesses[object.accesses[place]];
  const Profile::Access* first = nullptr;
  while (++place < count) {
    const Profile::Access& access = profile.accesses[object.accesses[place]];
    if (access.thread == held.thread || (access.looks && held.looks)) continue;
    first = &access;
    if (random_.Below(2) == 0) break;
  }
  if (first == nullptr) return false;
  constraint.first = {profile.threads[first->thread].id, first->nth};
  constraint.held = {profile.threads[held.thread].id, held.nth};
  constraint.looks = first->looks;
  constraint.active = true;
  return true;
}

bool ConflictStrategy::DrawFrom(const Profile& profile, const Profile::ObjectInfo& object,
                                Constraint& constraint) {
  const auto count = static_cast<uint32_t>(object.accesses.size());
  const auto draw = [&] { return profile.accesses[object.accesses[random_.Below(count)]]; };
  Profile::Access first = draw();
  for (int attempt = 0; attempt < kAttempts && !first.looks; ++attempt) first = draw();
  constraint.first = {profile.threads[first.thread].id, first.nth};
  constraint.looks = first.looks;
  constraint.active = random_.Below(2) == 0;
  if (constraint.active) return true;
  const Profile::Access source = draw();
  if (source.looks || source.thread == first.thread) return false;
  constraint.source = {profile.threads[source.thread].id, source.nth};
  return true;
}

// The thread has come to its next event, which is on the constraint's object.
void ConflictStrategy::ReachAccess(Constraint& constraint, ThreadId thread, const Point& point) {
  for (Access* access : {&constraint.first, &constraint.held, &constraint.source}) {
    if (access->thread == thread && access->left > 0 && --access->left == 0)
      access->at = point.thread;
  }
  const bool one = constraint.held.thread != 0;
  const bool in_conflict = !(constraint.looks && OnlyLooks(point.op));
  const bool holds =
      one ? constraint.held.at == point.thread : in_conflict && constraint.first.thread != thread;
  if (!holds) return;
  if (!Holds(constraint)) constraint.since = point.step;
  constraint.holds[point.thread >> 6] |= uint64_t{1} << (point.thread & 63);
}

// A thread has come to its next event.
void ConflictStrategy::Reach(const Point& point) {
  if (!point.thread_can_run || count_ == 0) return;
  if (point.yields && OnlyLooks(point.op)) return;  // the same look again
  const ThreadId thread = profile_->identities.thread(point.thread);
  const ObjectId object = ids_.Of(point.object);
  for (int i = 0; i < count_; ++i) {
    Constraint& constraint = constraints_[i];
    if (constraint.open && constraint.object == object) ReachAccess(constraint, thread, point);
    if (point.op == Op::kThreadExit && constraint.first.thread == thread) constraint.open = false;
  }
}

// Somebody waits, or will when it is active, for this one.
bool ConflictStrategy::Holds(const Constraint& constraint) const {
  return constraint.open && LowestOf(constraint.holds) != kNoThread;
}

// Lets threads go that are held. False if there is none.
bool ConflictStrategy::DropOne() {
  for (int i = 0; i < count_; ++i) {
    if (!constraints_[i].active || !Holds(constraints_[i])) continue;
    constraints_[i].open = false;
    return true;
  }
  return false;
}

void ConflictStrategy::DropOld(uint64_t step) {
  for (int i = 0; i < count_; ++i) {
    if (Holds(constraints_[i]) && step - constraints_[i].since > longest_hold_)
      constraints_[i].open = false;
  }
}

bool ConflictStrategy::IsHeld(ThreadSlot thread) const {
  for (int i = 0; i < count_; ++i) {
    const Constraint& constraint = constraints_[i];
    if (constraint.open && constraint.active &&
        (constraint.holds[thread >> 6] >> (thread & 63) & 1) != 0) {
      return true;
    }
  }
  return false;
}

// Who would run if nobody were held.
ThreadSlot ConflictStrategy::First(const Point& point) {
  if (base_ == Base::kDefault) return static_cast<ThreadSlot>(point.fallback);
  if (base_ == Base::kPriorities) return priorities_.Highest();
  const ThreadSet& runnable = *point.runnable;
  const bool stays = point.thread_can_run && !point.yields && exponent_ != 0 &&
                     random_.Bits() >> (32 - exponent_) != 0;
  return stays ? point.thread : runnable.Nth(static_cast<int>(random_.Below(point.alternatives)));
}

// Who runs instead of one that is held: somebody else, in the same order for the same threads.
ThreadSlot ConflictStrategy::AnyOpen(const Point& point) {
  const ThreadSlot first = First(point);
  for (ThreadSlot next = first;;) {
    if (!IsHeld(next)) return next;
    next = point.runnable->After(next);
    if (next == first) return kNoThread;
  }
}

// The thread does what it is at.
void ConflictStrategy::Does(ThreadSlot thread) {
  if (hurries_ == thread) hurries_ = kNoThread;
  for (int i = 0; i < count_; ++i) {
    Constraint& constraint = constraints_[i];
    constraint.holds[thread >> 6] &= ~(uint64_t{1} << (thread & 63));
    if (constraint.source.at == thread) constraint.active = true;
    if (constraint.open && constraint.first.at == thread) {
      constraint.open = false;
      if (constraint.at_once) hurries_ = LowestOf(constraint.holds);
    }
    for (Access* access : {&constraint.first, &constraint.held, &constraint.source}) {
      if (access->at == thread) access->at = kNoThread;
    }
  }
}

// Who is alone runs, whatever the constraints say.
void ConflictStrategy::See(const Point& point) {
  Reach(point);
  Does(point.runnable->Nth(0));
}

Choice ConflictStrategy::Choose(const Point& point) {
  if (point.kind != DecisionKind::kRun) return environment_.Choose(point, random_);
  const Choice disturbed = environment_.Disturb(point, random_);
  if (disturbed != Swarm::kUndisturbed) [[unlikely]]
    return disturbed;

  Reach(point);
  if (base_ == Base::kPriorities) {
    priorities_.Follow(*point.runnable, random_);
    if (point.yields && point.thread_can_run && point.alternatives > 1) {
      priorities_.LowerBelowAll(point.thread);
    }
    if (point.op == Op::kThreadExit) priorities_.Retire(point.thread);
  }
  yields_ = point.yields ? yields_ + 1 : 0;
  if (yields_ > 2 * point.alternatives) {
    DropOne();
    yields_ = 0;
  }
  DropOld(point.step);
  ThreadSlot next = kNoThread;
  if (hurries_ != kNoThread && point.runnable->Contains(hurries_) && !IsHeld(hurries_)) {
    next = hurries_;
  } else {
    while ((next = AnyOpen(point)) == kNoThread) DropOne();
  }
  Does(next);
  return next;
}

}  // namespace weir::sim
