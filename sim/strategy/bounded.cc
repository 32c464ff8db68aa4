#include "sim/strategy/bounded.h"

#include <algorithm>
#include <bit>

namespace weir::sim {
namespace {

using Words = std::array<uint64_t, ThreadSet::kWords>;

void Insert(Words& words, Choice thread) { words[thread >> 6] |= uint64_t{1} << (thread & 63); }
void Erase(Words& words, Choice thread) { words[thread >> 6] &= ~(uint64_t{1} << (thread & 63)); }
bool Has(const Words& words, Choice thread) {
  return (words[thread >> 6] >> (thread & 63) & 1) != 0;
}
Words Without(const Words& words, const Words& others) {
  Words left{};
  for (size_t i = 0; i < words.size(); ++i) left[i] = words[i] & ~others[i];
  return left;
}
void Add(Words& words, const Words& others) {
  for (size_t i = 0; i < words.size(); ++i) words[i] |= others[i];
}
// kNoThread: it is empty.
ThreadSlot Lowest(const Words& words) {
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] != 0) return static_cast<ThreadSlot>(i * 64 + std::countr_zero(words[i]));
  }
  return kNoThread;
}
template <typename Do>
void ForEach(const Words& words, Do&& act) {
  for (size_t i = 0; i < words.size(); ++i) {
    for (uint64_t left = words[i]; left != 0; left &= left - 1)
      act(static_cast<ThreadSlot>(i * 64 + std::countr_zero(left)));
  }
}

}  // namespace

void BoundedStrategy::Begin(const Execution& next, Random) {
  if (!begun_ || next.extent != extent_) {
    begun_ = true;
    extent_ = next.extent;
    sees_all_ = extent_.reduce;
    coverage_ = {};
    nodes_.clear();
    marks_.clear();
    marks_.reserve(kMostMarks);  // Choose() must not allocate: the memory would be the target's
    nodes_.reserve(extent_.reduce ? kMostReduced : kMostDecisions);
    fixed_ = 0;
    bound_ = extent_.deviations == Extent::kUnbounded ? Extent::kUnbounded : 0;
  }
  nodes_.resize(fixed_);
  at_ = next_ = 0;
  deviations_ = 0;
  repeats_ = false;
  if (extent_.reduce) {
    seen_ = {};
    asleep_ = {};
    pending_ = {};
    enabled_by_.fill(kNoEvent);
  }
  Resume(next.snapshots);
  SetStay();
}

// At the last copy that was made before the first decision that is another one now.
void BoundedStrategy::Resume(uint32_t snapshots) {
  resumed_ = 0;
  asked_ = false;
  while (resumed_ < std::min<size_t>(snapshots, marks_.size()) && marks_[resumed_].node < fixed_) {
    ++resumed_;
  }
  if (resumed_ == 0) return;
  at_ = marks_[resumed_ - 1].node;
  deviations_ = marks_[resumed_ - 1].deviations;
}

bool BoundedStrategy::WantsSnapshot(const Point& point) {
  if (asked_) {  // there is one more, or not
    asked_ = false;
    marks_.resize(snapshots_);
    if (point.snapshots == snapshots_ + 1) marks_.push_back({at_, deviations_});
    return false;
  }
  if (extent_.reduce || !point.may_snapshot || point.snapshots == kMostMarks || at_ < fixed_ ||
      deviations_ == bound_)
    return false;
  const size_t last = point.snapshots == 0 ? 0 : marks_[point.snapshots - 1].node;
  asked_ = at_ >= last + kSnapshotNodes;
  snapshots_ = point.snapshots;
  return asked_;
}

// Who reached the point is about to do its operation, or waits in it; and who can run all at once
// was let by the event before.
void BoundedStrategy::NoteThreads(const Point& point) {
  if (point.thread != sim::kNoThread) {
    pending_[point.thread] = EventAt(point.thread, point.op, point.object);
  }
  for (int i = 0; i < ThreadSet::kWords; ++i) {
    uint64_t come = point.runnable->word(i) & ~seen_[i];
    seen_[i] = point.runnable->word(i);
    for (; come != 0; come &= come - 1) {
      const int thread = i * 64 + std::countr_zero(come);
      enabled_by_[thread] = at_ == 0 ? kNoEvent : static_cast<uint32_t>(at_ - 1);
      if (pending_[thread].thread != thread) {
        pending_[thread] = EventAt(static_cast<ThreadSlot>(thread), Op::kThreadStart, nullptr);
      }
    }
  }
}

void BoundedStrategy::See(const Point& point) {
  NoteThreads(point);
  Walk(point);
}

Choice BoundedStrategy::Choose(const Point& point) {
  switch (point.kind) {
    case DecisionKind::kFault:
    case DecisionKind::kInject:
      return kNoFault;
    case DecisionKind::kRun:
      if (WantsSnapshot(point)) return kTakeSnapshot;
      if (extent_.reduce) NoteThreads(point);
      return Walk(point);
    case DecisionKind::kWake:
    case DecisionKind::kValue:
      return Walk(point);
  }
  return point.fallback;
}

bool BoundedStrategy::IsAt(const Node& node, const Point& point) {
  return node.step == point.step && node.kind == point.kind &&
         node.blocked == (point.kind == DecisionKind::kRun && !point.thread_can_run);
}

Choice BoundedStrategy::Walk(const Point& point) {
  // Decisions that were left out followed the default.
  while (at_ < fixed_ && !IsAt(nodes_[at_], point)) {
    if (nodes_[at_].chosen != nodes_[at_].fallback) coverage_.cut = true;
    ++at_;
  }
  if (at_ >= fixed_ && deviations_ == bound_ && !extent_.reduce) return point.fallback;
  if (at_ == nodes_.capacity()) {
    coverage_.cut = true;
    return point.fallback;
  }
  if (at_ == nodes_.size()) nodes_.push_back(Fresh(point));
  const Choice choice = Enter(nodes_[at_++], point);
  SetStay();
  return choice;
}

// Up to the next known deviation, and behind the last one, everything follows the default.
void BoundedStrategy::SetStay() {
  stays_until_ = 0;
  if (extent_.reduce) return;
  next_ = std::max(next_, at_);
  while (next_ < fixed_ && nodes_[next_].chosen == nodes_[next_].fallback) ++next_;
  if (next_ < fixed_) {
    stays_until_ = nodes_[next_].step;
  } else if (deviations_ == bound_) {
    stays_until_ = ~uint64_t{0};
  } else if (at_ < fixed_) {
    stays_until_ = nodes_[fixed_ - 1].step;
  }
}

BoundedStrategy::Node BoundedStrategy::Fresh(const Point& point) {
  Node node{.kind = point.kind,
            .blocked = point.kind == DecisionKind::kRun && !point.thread_can_run,
            .closed = repeats_ || deviations_ == bound_,
            .chosen = point.fallback,
            .fallback = point.fallback,
            .alternatives = point.alternatives,
            .before = deviations_,
            .step = point.step};
  if (point.kind != DecisionKind::kRun) return node;
  for (int i = 0; i < ThreadSet::kWords; ++i) node.enabled[i] = point.runnable->word(i);
  if (point.yields && point.thread_can_run && point.alternatives > 1) {
    Erase(node.enabled, point.thread);
  }
  if (extent_.reduce) {
    node.asleep = asleep_;
    FindRunner(node);
  }
  // Without reduction everybody is to be tried; with it those who race, as far as that is known.
  if (!extent_.reduce || point.timer_pending) node.todo = node.enabled;
  return node;
}

// Who would repeat what is known is not chosen, as long as there is somebody else.
void BoundedStrategy::FindRunner(Node& node) {
  if (!Has(node.asleep, node.chosen)) return;
  const ThreadSlot awake = Lowest(Without(node.enabled, node.asleep));
  if (awake != sim::kNoThread) {
    node.chosen = awake;
  } else {
    repeats_ = node.closed = true;
  }
}

Choice BoundedStrategy::Enter(Node& node, const Point& point) {
  if (node.chosen != node.fallback) ++deviations_;
  if (!extent_.reduce) return node.chosen;
  if (node.kind != DecisionKind::kRun) {
    node.event = {.thread = point.thread};
    return node.chosen;
  }
  node.event = pending_[node.chosen];
  node.enabled_by = enabled_by_[node.chosen];
  enabled_by_[node.chosen] = kNoEvent;
  // What a point has to do with time is not known.
  if (point.timer_pending) node.event.on = Event::On::kAnything;
  FallAsleep(node);
  return node.chosen;
}

// Whoever was tried here before need not be tried after this choice, as long as nothing happens
// that it depends on.
void BoundedStrategy::FallAsleep(const Node& node) {
  Words tired = node.asleep;
  Add(tired, node.done);
  asleep_ = {};
  ForEach(tired, [&](ThreadSlot thread) {
    if (thread != node.chosen && !Depend(pending_[thread], node.event)) Insert(asleep_, thread);
  });
}

bool BoundedStrategy::IsOwn(const Node& node, Choice choice) const {
  if (extent_.parts == 1 || node.before > 0 || choice == node.fallback) return true;
  return (static_cast<uint64_t>(&node - nodes_.data()) + choice) % extent_.parts == extent_.part;
}

bool BoundedStrategy::NextRunner(Node& node) {
  Insert(node.done, node.chosen);
  Words left = Without(Without(node.todo, node.done), node.asleep);
  for (ThreadSlot thread; (thread = Lowest(left)) != sim::kNoThread; Erase(left, thread)) {
    if (!IsOwn(node, thread)) continue;
    node.chosen = thread;
    return true;
  }
  return false;
}

bool BoundedStrategy::NextChoice(Node& node) {
  if (node.closed) return false;
  if (node.kind == DecisionKind::kRun) return NextRunner(node);
  while (++node.chosen < node.alternatives) {
    if (IsOwn(node, node.chosen)) return true;
  }
  return false;
}

bool BoundedStrategy::NextPath() {
  if (extent_.reduce) AddRaces();
  while (!nodes_.empty()) {
    if (NextChoice(nodes_.back())) {
      fixed_ = nodes_.size();
      return true;
    }
    nodes_.pop_back();
  }
  fixed_ = 0;
  return false;
}

// Of two events that race the second one is to come first in some execution: one of those who can
// begin what leads there is to be tried in the place of the first one.
void BoundedStrategy::AddRaces() {
  std::vector<Event> events;
  std::vector<uint32_t> enabled_by;
  for (const Node& node : nodes_) {
    events.push_back(node.event);
    enabled_by.push_back(node.enabled_by);
  }
  for (const Race& race : Races(events, enabled_by)) {
    Node& node = nodes_[race.first];
    Words tried = node.todo;
    Add(tried, node.done);
    Insert(tried, node.chosen);
    if (Without(race.initials, tried) != race.initials) continue;  // one of them is
    const Words can = Without(race.initials, Without(race.initials, node.enabled));
    if (Lowest(can) == sim::kNoThread) {
      Add(node.todo, node.enabled);  // a dependence that is not one
      continue;
    }
    const ThreadSlot awake = Lowest(Without(can, node.asleep));
    Insert(node.todo, awake != sim::kNoThread ? awake : Lowest(can));
  }
}

bool BoundedStrategy::Advance() {
  const bool first_part = extent_.part == 0;
  const bool counts = bound_ == Extent::kUnbounded || deviations_ == bound_;
  if (counts && !repeats_ && (deviations_ > 0 || first_part)) ++coverage_.schedules;
  if (extent_.reduce && !first_part) {
    coverage_.complete = true;
    return false;
  }
  if (NextPath()) return true;
  if (bound_ < extent_.deviations) {
    ++bound_;
    return true;
  }
  coverage_.complete = !coverage_.cut;
  return false;
}

}  // namespace weir::sim
