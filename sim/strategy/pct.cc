#include "sim/strategy/pct.h"

#include <algorithm>
#include <numeric>

#include "sim/strategy/profile.h"

namespace weir::sim {

void PctStrategy::Begin(const Execution& next, Random random) {
  random_ = random;
  priorities_.Clear();
  const uint64_t orders = next.profile == nullptr ? 0 : OrdersOf(next.threads);
  const bool ordered = fixed_depth_ == 0 && next.index < orders;
  Execution own = next;
  if (ordered) own.faults = FaultSet::None();
  environment_.Begin(own, random_);
  ranks_of_ = ordered ? next.profile : nullptr;
  if (ordered) RankThreads(next.index, next.threads);
  const int climbed = ordered ? 0 : static_cast<int>((next.index - orders) % kDeepest);
  depth_ = fixed_depth_ != 0 ? fixed_depth_ : 1 + climbed;

  const uint32_t length = LengthOf(next);
  // As in the paper, priorities belong to the change points as they are drawn, not as they come in
  // time.
  const int changes = depth_ - 1;
  for (int i = 0; i < changes; ++i) changes_[i] = {1 + random_.Below(length), i};
  std::sort(changes_.begin(), changes_.begin() + changes,
            [](const Change& a, const Change& b) { return a.step < b.step; });
  changes_[changes] = {kNever, 0};
  applied_ = 0;
  stays_until_ = 0;
}

uint32_t PctStrategy::LengthOf(const Execution& next) {
  const uint32_t guess = 1u << (kShortestLog + random_.Below(kLongestLog - kShortestLog + 1));
  const bool trusts = random_.Below(kGuessesOneOf) != 0;
  if (length_) return *length_;
  if (next.profile == nullptr || !trusts) return guess;
  return static_cast<uint32_t>(std::clamp<uint64_t>(next.profile->points, 1, uint32_t{1} << 31));
}

// The others' orders from the reverse of the default's on, so that what differs most comes first.
void PctStrategy::RankThreads(uint64_t order, uint32_t threads) {
  std::array<uint32_t, kMostOrdered> others{};  // in the order in which they run
  std::iota(others.begin(), others.end(), 1);
  const auto end = others.begin() + (threads - 1);
  std::reverse(others.begin(), end);
  const bool creator_last = order + 1 == OrdersOf(threads);
  if (creator_last) order = OrdersOf(threads) - 1;
  for (; order > 0; --order) std::prev_permutation(others.begin(), end);
  int rank = static_cast<int>(threads);
  for (auto place = others.begin(); place != end; ++place) rank_[*place] = --rank;
  rank_[0] = creator_last ? 0 : static_cast<int>(threads);
}

void PctStrategy::PutRanked(const ThreadSet& runnable) {
  for (int i = 0; i < runnable.count(); ++i) {
    const ThreadSlot thread = runnable.Nth(i);
    const uint32_t place = ranks_of_->Find(ranks_of_->identities.thread(thread));
    if (place == Profile::kNoThread || rank_[place] < 0) continue;
    priorities_.Lower(thread, rank_[place]);
    rank_[place] = -1;
  }
}

Choice PctStrategy::Choose(const Point& point) {
  if (point.kind != DecisionKind::kRun) return environment_.Choose(point, random_);
  const Choice disturbed = environment_.Disturb(point, random_);
  if (disturbed != Swarm::kUndisturbed) [[unlikely]]
    return disturbed;

  priorities_.Follow(*point.runnable, random_);
  if (ranks_of_ != nullptr) [[unlikely]]
    PutRanked(*point.runnable);
  if (point.step >= changes_[applied_].step) [[unlikely]] {
    ApplyChanges(point);
  }
  if (point.yields && point.thread_can_run && point.alternatives > 1) {
    priorities_.LowerBelowAll(point.thread);
  }
  if (point.op == Op::kThreadExit) priorities_.Retire(point.thread);
  // Until then the order changes only when a thread becomes runnable or yields.
  stays_until_ = std::min(changes_[applied_].step, environment_.disturbs_at());
  return priorities_.Highest();
}

void PctStrategy::ApplyChanges(const Point& point) {
  for (; point.step >= changes_[applied_].step; ++applied_) {
    if (point.thread != kNoThread) priorities_.Lower(point.thread, changes_[applied_].priority);
  }
}

}  // namespace weir::sim
