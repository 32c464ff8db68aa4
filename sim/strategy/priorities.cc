#include "sim/strategy/priorities.h"

#include <algorithm>

namespace weir::sim {

void Priorities::Clear() {
  std::ranges::fill(seen_, 0);
  std::ranges::fill(retiring_, 0);
  std::ranges::fill(ready_, 0);
  std::ranges::fill(taken_, 0);
  std::ranges::fill(level_, kNoLevel);
  retiring_count_ = 0;
  words_in_use_ = 0;
  lowest_yielded_ = kYieldedLevels;
  updates_ = 0;
}

void Priorities::SetReady(Level level) {
  ready_[level >> 6] |= Bit(level);
  words_in_use_ |= Bit(level >> 6);
}

void Priorities::ClearReady(Level level) {
  ready_[level >> 6] &= ~Bit(level);
  if (ready_[level >> 6] == 0) words_in_use_ &= ~Bit(level >> 6);
}

void Priorities::FlipFirstOrLast(ThreadSlot thread, Random& random) {
  if (!Seen(thread)) {  // it ceased to be runnable
    ClearReady(level_[thread]);
    if ((retiring_[thread >> 6] & Bit(thread)) != 0) Release(thread);
    return;
  }
  if (level_[thread] != kNoLevel) {
    SetReady(level_[thread]);
    return;
  }
  PutAtRandom(thread, random);
}

void Priorities::PutAtRandom(ThreadSlot thread, Random& random) {
  Level level;
  do {
    level = static_cast<Level>(kFirstStart + random.Below(kStartLevels));
  } while ((taken_[level >> 6] & Bit(level)) != 0);
  Put(thread, level);
}

void Priorities::Put(ThreadSlot thread, Level level) {
  ++updates_;
  if (const Level old = level_[thread]; old != kNoLevel) {
    taken_[old >> 6] &= ~Bit(old);
    ClearReady(old);
  }
  level_[thread] = level;
  thread_[level] = thread;
  taken_[level >> 6] |= Bit(level);
  if (Seen(thread)) SetReady(level);
}

void Priorities::Lower(ThreadSlot thread, int number) {
  Put(thread, static_cast<Level>(kFirstLowered + number));
}

void Priorities::LowerBelowAll(ThreadSlot thread) {
  if (lowest_yielded_ == 0) Compact();
  Put(thread, --lowest_yielded_);
}

void Priorities::Retire(ThreadSlot thread) {
  if (Seen(thread)) {
    if ((retiring_[thread >> 6] & Bit(thread)) == 0) ++retiring_count_;
    retiring_[thread >> 6] |= Bit(thread);
  } else if (level_[thread] != kNoLevel) {
    Release(thread);
  }
}

void Priorities::Release(ThreadSlot thread) {
  const Level level = level_[thread];
  taken_[level >> 6] &= ~Bit(level);
  if ((retiring_[thread >> 6] & Bit(thread)) != 0) --retiring_count_;
  retiring_[thread >> 6] &= ~Bit(thread);
  level_[thread] = kNoLevel;
}

// Moves the threads of the yielded band, in their order, to its upper end. At most kMaxThreads
// levels are taken, so at least half of the band is free then: each yield pays for less than one
// move.
void Priorities::Compact() {
  int target = kYieldedLevels;
  for (int word = kYieldedLevels / 64 - 1; word >= 0; --word) {
    for (uint64_t left = taken_[word]; left != 0;) {
      const int bit = 63 - std::countl_zero(left);
      left &= ~Bit(bit);
      // Never below its own level, and all above it have moved already: the target is free or its
      // own.
      Put(thread_[word * 64 + bit], static_cast<Level>(--target));
    }
  }
  lowest_yielded_ = static_cast<Level>(target);
}

}  // namespace weir::sim
