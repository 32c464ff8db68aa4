// Threads in the order of their priorities: the highest that can run, at a cost that does not
// depend on how many there are.
//
// A priority is a *level*, and a level has one thread at most. A bit mask over levels marks those
// whose thread can run; a word over the words of that mask marks which are not empty; the highest
// is then two instructions. The mask follows the runnable set by the difference to the one last
// seen, so that each wake and each block is paid once. Three bands of levels, higher ones first:
//
//   start     a level drawn at random among the free ones when a thread is first seen
//   lowered   numbered levels, given by the strategy (the change points of PCT)
//   yielded   the thread that yielded last is the lowest: they take turns
#ifndef WEIR_SIM_STRATEGY_PRIORITIES_H_
#define WEIR_SIM_STRATEGY_PRIORITIES_H_

#include <bit>
#include <cstdint>

#include "sim/engine/random.h"
#include "sim/engine/thread_set.h"

namespace weir::sim {

class Priorities {
 public:
  static constexpr int kLoweredLevels = 64;

  void Clear();

  // Follows `runnable`. A thread not seen before gets a random level in the start band: the order
  // among the threads is uniform over all permutations.
  void Follow(const ThreadSet& runnable, Random& random) {
    for (int i = 0; i < ThreadSet::kWords; ++i) {
      uint64_t changed = runnable.word(i) ^ seen_[i];
      if (changed == 0) [[likely]] {
        continue;
      }
      seen_[i] = runnable.word(i);
      for (; changed != 0; changed &= changed - 1) {
        Flip(static_cast<ThreadSlot>(i * 64 + std::countr_zero(changed)), random);
      }
    }
  }

  // The runnable thread of the highest level. Precondition: the set last followed was not empty.
  ThreadSlot Highest() const {
    const int word = 63 - std::countl_zero(words_in_use_);
    return thread_[word * 64 + 63 - std::countl_zero(ready_[word])];
  }

  // Puts the thread on level `number` of the lowered band, 0 … kLoweredLevels − 1, a higher number
  // being a higher level. Precondition: no other thread is there.
  void Lower(ThreadSlot thread, int number);

  // Puts the thread on a random free level of the start band.
  void PutAtRandom(ThreadSlot thread, Random& random);

  // Puts the thread below all others.
  void LowerBelowAll(ThreadSlot thread);

  // The thread ends: the next one in its slot is another thread. Its level is free once it does not
  // run.
  void Retire(ThreadSlot thread);

  // How many times a thread was put on a level, or was seen to begin or cease to be runnable: what
  // this object has cost, up to a constant factor. For tests.
  uint64_t updates() const { return updates_; }

 private:
  using Level = uint16_t;
  static constexpr int kYieldedLevels = 512;  // ≥ 2 × kMaxThreads: see Compact
  static constexpr int kStartLevels = 512;  // ≥ 2 × kMaxThreads: a free one is found in 2 draws
  static constexpr int kFirstLowered = kYieldedLevels;
  static constexpr int kFirstStart = kFirstLowered + kLoweredLevels;
  static constexpr int kLevels = kFirstStart + kStartLevels;
  static constexpr int kWords = kLevels / 64;
  static constexpr Level kNoLevel = 0xFFFF;
  static_assert(kYieldedLevels >= 2 * kMaxThreads && kStartLevels >= 2 * kMaxThreads);
  static_assert(kLevels % 64 == 0 && kWords <= 64);

  static constexpr uint64_t Bit(int i) { return uint64_t{1} << (i & 63); }
  bool Seen(ThreadSlot thread) const { return (seen_[thread >> 6] >> (thread & 63)) & 1; }
  // The thread has begun or ceased to be runnable. What is done is the same in both cases, without
  // a branch on which it is: that is as good as random.
  void Flip(ThreadSlot thread, Random& random) {
    ++updates_;
    const Level level = level_[thread];
    if (level == kNoLevel || retiring_count_ != 0) [[unlikely]] {
      FlipFirstOrLast(thread, random);
      return;
    }
    const int word = level >> 6;
    ready_[word] ^= Bit(level);
    words_in_use_ = (words_in_use_ & ~Bit(word)) | (uint64_t{ready_[word] != 0} << word);
  }
  void FlipFirstOrLast(ThreadSlot thread, Random& random);
  void Put(ThreadSlot thread, Level level);
  void Release(ThreadSlot thread);
  void Compact();
  void SetReady(Level level);
  void ClearReady(Level level);

  uint64_t seen_[ThreadSet::kWords] = {};      // the runnable set last followed
  uint64_t retiring_[ThreadSet::kWords] = {};  // threads that have reached their end, but still run
  int retiring_count_ = 0;                     // how many
  uint64_t words_in_use_ = 0;                  // bit w: ready_[w] is not 0
  uint64_t ready_[kWords] = {};                // levels whose thread can run; a subset of taken_
  uint64_t taken_[kWords] = {};                // levels that have a thread
  Level lowest_yielded_ = kYieldedLevels;      // no level below it is taken
  uint64_t updates_ = 0;
  Level level_[kMaxThreads];    // of each thread; kNoLevel: not seen yet
  ThreadSlot thread_[kLevels];  // on each taken level; else stale
};

}  // namespace weir::sim

#endif  // WEIR_SIM_STRATEGY_PRIORITIES_H_
