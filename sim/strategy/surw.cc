#include "sim/strategy/surw.h"

#include <algorithm>
#include <bit>

namespace weir::sim {
namespace {

int Count(const auto& words) {
  int count = 0;
  for (const uint64_t word : words) count += std::popcount(word);
  return count;
}

// The n-th member, from 0. Precondition: there are more than n.
ThreadSlot Nth(const auto& words, uint32_t n) {
  for (size_t i = 0;; ++i) {
    uint64_t word = words[i];
    const auto count = static_cast<uint32_t>(std::popcount(word));
    if (n >= count) {
      n -= count;
      continue;
    }
    for (; n > 0; --n) word &= word - 1;
    return static_cast<ThreadSlot>(i * 64 + std::countr_zero(word));
  }
}

}  // namespace

void SurwStrategy::Begin(const Execution& next, Random random) {
  random_ = random;
  environment_.Begin(next, random_);
  profile_ = next.profile;
  exponent_ = random_.Below(kStickiest + 1);
  seen_ = {};
  held_ = {};
  intended_ = kNoThread;
  yields_ = 0;
  since_ = 0;
  id_ = {};
  weight_ = {};
  all_ = profile_ == nullptr || profile_->objects.empty();
  if (profile_ == nullptr) return;
  ids_.Begin(profile_->identities);
  Select(*profile_);
  Weigh(*profile_);
}

// With equal chances: what is touched often is not what matters more.
void SurwStrategy::Select(const Profile& profile) {
  selected_count_ = 0;
  const auto objects = static_cast<uint32_t>(profile.objects.size());
  size_t wanted = 1;
  while (wanted <= kMostSelected && random_.Below(2) == 0) wanted *= 2;
  all_ |= wanted > kMostSelected || wanted >= objects;
  if (all_) return;
  while (selected_count_ < wanted) {
    selected_[selected_count_++] = profile.objects[random_.Below(objects)].id;
  }
}

void SurwStrategy::Weigh(const Profile& profile) {
  own_.assign(profile.threads.size(), 0);
  slot_.assign(profile.threads.size(), kNoThread);
  const auto end = selected_.begin() + static_cast<std::ptrdiff_t>(selected_count_);
  for (const Profile::ObjectInfo& object : profile.objects) {
    if (!all_ && std::find(selected_.begin(), end, object.id) == end) continue;
    for (const uint32_t i : object.accesses) ++own_[profile.accesses[i].thread];
  }
  subtree_ = own_;
  for (size_t i = profile.threads.size(); i-- > 0;) {
    const uint32_t parent = profile.threads[i].parent;
    if (parent != Profile::kNoThread) subtree_[parent] += subtree_[i];
  }
}

bool SurwStrategy::IsSelected(const void* object) {
  if (object == nullptr) return false;
  if (all_) return true;
  const ObjectId id = ids_.Of(object);
  const auto end = selected_.begin() + static_cast<std::ptrdiff_t>(selected_count_);
  return std::find(selected_.begin(), end, id) != end;
}

void SurwStrategy::Follow(const ThreadSet& runnable) {
  for (int i = 0; i < ThreadSet::kWords; ++i) {
    uint64_t come = runnable.word(i) & ~seen_[i];
    seen_[i] = runnable.word(i);
    for (; come != 0; come &= come - 1) {
      Meet(static_cast<ThreadSlot>(i * 64 + std::countr_zero(come)));
    }
  }
}

// Somebody has become runnable, perhaps another thread than the one that was there before.
void SurwStrategy::Meet(ThreadSlot thread) {
  if (profile_ == nullptr) {
    weight_[thread] = 1;
    return;
  }
  const ThreadId id = profile_->identities.thread(thread);
  if (id_[thread] == id) return;
  id_[thread] = id;
  held_[thread >> 6] &= ~(uint64_t{1} << (thread & 63));
  if (intended_ == thread) intended_ = kNoThread;
  weight_[thread] = 1;
  const uint32_t place = profile_->Find(id);
  if (place == Profile::kNoThread) return;
  slot_[place] = thread;
  weight_[thread] = subtree_[place];
  // From now on it has its events by itself.
  const uint32_t parent = profile_->threads[place].parent;
  if (parent == Profile::kNoThread || slot_[parent] == kNoThread) return;
  uint32_t& left = weight_[slot_[parent]];
  left -= std::min(left, subtree_[place]);
}

// In proportion to the weights; with equal chances if nobody has any. kNoThread: there is nobody.
ThreadSlot SurwStrategy::DrawIntended(const ThreadSet& runnable, bool among_held) {
  uint64_t sum = 0;
  uint32_t count = 0;
  const auto counts = [&](ThreadSlot thread) { return !among_held || Has(held_, thread); };
  for (int i = 0; i < runnable.count(); ++i) {
    if (!counts(runnable.Nth(i))) continue;
    sum += weight_[runnable.Nth(i)];
    ++count;
  }
  if (count == 0) return kNoThread;
  uint64_t left = sum != 0 ? random_.Below64(sum) : random_.Below(count);
  for (int i = 0; i < runnable.count(); ++i) {
    const ThreadSlot thread = runnable.Nth(i);
    if (!counts(thread)) continue;
    const uint64_t weight = sum != 0 ? weight_[thread] : 1;
    if (left < weight) return thread;
    left -= weight;
  }
  return kNoThread;
}

SurwStrategy::Words SurwStrategy::Candidates(const ThreadSet& runnable, const Point& point) const {
  Words candidates{};
  for (int i = 0; i < ThreadSet::kWords; ++i) candidates[i] = runnable.word(i) & ~held_[i];
  if (intended_ != kNoThread && runnable.Contains(intended_)) {
    candidates[intended_ >> 6] |= uint64_t{1} << (intended_ & 63);
  }
  if (point.yields && point.thread_can_run) {
    candidates[point.thread >> 6] &= ~(uint64_t{1} << (point.thread & 63));
  }
  return candidates;
}

// Nobody has come to a selected event for so long that everybody has yielded on the way.
bool SurwStrategy::AllLeftYield(const Point& point) {
  if (!point.yields || ++yields_ <= 2 * point.alternatives) return false;
  yields_ = 0;
  return true;
}

bool SurwStrategy::HoldsForTooLong(const Point& point) {
  if (point.step - since_ <= kSlicePoints) [[likely]]
    return false;
  since_ = point.step;
  return true;
}

// If the thread was held, its event is behind it.
void SurwStrategy::Does(ThreadSlot thread, uint64_t step) {
  if (!Has(held_, thread)) return;
  held_[thread >> 6] &= ~(uint64_t{1} << (thread & 63));
  yields_ = 0;
  since_ = step;
  if (weight_[thread] > 0 && profile_ != nullptr) --weight_[thread];
  if (intended_ == thread) intended_ = kNoThread;
}

Choice SurwStrategy::Take(ThreadSlot thread, uint64_t step) {
  Does(thread, step);
  return thread;
}

Choice SurwStrategy::Choose(const Point& point) {
  if (point.kind != DecisionKind::kRun) return environment_.Choose(point, random_);
  const Choice disturbed = environment_.Disturb(point, random_);
  if (disturbed != Swarm::kUndisturbed) [[unlikely]]
    return disturbed;

  const ThreadSet& runnable = *point.runnable;
  Follow(runnable);
  Does(point.thread, point.step);  // where it was alone, nobody asked
  if (point.thread_can_run && !point.yields && IsSelected(point.object)) {
    held_[point.thread >> 6] |= uint64_t{1} << (point.thread & 63);
  }
  if (intended_ == kNoThread) intended_ = DrawIntended(runnable, /*among_held=*/false);
  const Words candidates = Candidates(runnable, point);
  if (Count(candidates) == 0 || AllLeftYield(point) || HoldsForTooLong(point)) {
    if (const ThreadSlot held = DrawIntended(runnable, /*among_held=*/true); held != kNoThread) {
      intended_ = held;
      return Take(held, point.step);
    }
  }
  if (Count(candidates) == 0) return point.thread;  // it yields, and is alone
  const bool stays = exponent_ != 0 && point.thread_can_run && Has(candidates, point.thread) &&
                     random_.Bits() >> (32 - exponent_) != 0;
  if (stays) return Take(point.thread, point.step);
  return Take(Nth(candidates, random_.Below(static_cast<uint32_t>(Count(candidates)))), point.step);
}

}  // namespace weir::sim
