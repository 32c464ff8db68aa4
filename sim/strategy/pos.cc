#include "sim/strategy/pos.h"

#include <bit>

#include "sim/strategy/profile.h"

namespace weir::sim {

void PosStrategy::Begin(const Execution& next, Random random) {
  random_ = random;
  environment_.Begin(next, random_);
  priorities_.Clear();
  seen_ = {};
  events_ = {};
  count_ = {};
}

void PosStrategy::SetEvent(ThreadSlot thread, const void* object, bool looks) {
  Event& event = events_[thread];
  if (event.object != nullptr) --count_[BucketOf(event.object)];
  if (object != nullptr) ++count_[BucketOf(object)];
  event = {object, looks};
}

// Who has become runnable gets a new priority; what it is at is not known, or no longer ahead of
// it.
void PosStrategy::Follow(const ThreadSet& runnable) {
  priorities_.Follow(runnable, random_);
  for (int i = 0; i < ThreadSet::kWords; ++i) {
    uint64_t come = runnable.word(i) & ~seen_[i];
    seen_[i] = runnable.word(i);
    for (; come != 0; come &= come - 1) {
      const auto thread = static_cast<ThreadSlot>(i * 64 + std::countr_zero(come));
      SetEvent(thread, nullptr, true);
      priorities_.PutAtRandom(thread, random_);
    }
  }
}

// The thread does what it is at: who is at something that races with it.
void PosStrategy::Redraw(const ThreadSet& runnable, ThreadSlot thread) {
  const Event done = events_[thread];
  SetEvent(thread, nullptr, true);
  if (done.object == nullptr || count_[BucketOf(done.object)] == 0) return;
  for (int i = 0; i < runnable.count(); ++i) {
    const ThreadSlot other = runnable.Nth(i);
    const Event& event = events_[other];
    if (event.object != done.object || (event.looks && done.looks)) continue;
    priorities_.PutAtRandom(other, random_);
  }
}

Choice PosStrategy::Choose(const Point& point) {
  if (point.kind != DecisionKind::kRun) return environment_.Choose(point, random_);
  const Choice disturbed = environment_.Disturb(point, random_);
  if (disturbed != Swarm::kUndisturbed) [[unlikely]]
    return disturbed;

  Follow(*point.runnable);
  if (point.thread_can_run) {
    // Who yields at an operation does it once more, and found nothing new the last time.
    SetEvent(point.thread, point.object, point.yields || OnlyLooks(point.op));
    if (point.yields) {
      priorities_.LowerBelowAll(point.thread);
    } else {
      priorities_.PutAtRandom(point.thread, random_);
    }
  }
  if (point.op == Op::kThreadExit) priorities_.Retire(point.thread);
  const ThreadSlot next = priorities_.Highest();
  Redraw(*point.runnable, next);
  return next;
}

}  // namespace weir::sim
