// A set of thread slots: constant-time insert, erase, smallest and n-th, independent of its size.
#ifndef WEIR_SIM_ENGINE_THREAD_SET_H_
#define WEIR_SIM_ENGINE_THREAD_SET_H_

#include <bit>
#include <cstdint>

#include "sim/engine/limits.h"

namespace weir::sim {

using ThreadSlot = uint16_t;  // 0 … kMaxThreads − 1
inline constexpr ThreadSlot kNoThread = 0xFFFF;

class ThreadSet {
 public:
  static constexpr int kWords = kMaxThreads / 64;

  int count() const { return count_; }
  bool Contains(int slot) const { return (words_[slot >> 6] >> (slot & 63)) & 1; }
  uint64_t word(int i) const { return words_[i]; }

  // The n-th member in an order of its own (that of history, the same in every run of a schedule).
  ThreadSlot Nth(int n) const { return dense_[n]; }

  // The smallest member ≥ `from`; kNoThread when there is none.
  ThreadSlot LowestFrom(int from) const {
    if (from >= kMaxThreads) return kNoThread;
    int i = from >> 6;
    uint64_t bits = words_[i] & (~uint64_t{0} << (from & 63));
    while (bits == 0) {
      if (++i == kWords) return kNoThread;
      bits = words_[i];
    }
    return static_cast<ThreadSlot>(i * 64 + std::countr_zero(bits));
  }
  ThreadSlot Lowest() const { return LowestFrom(0); }
  // The next member after `slot` in cyclic order (`slot` itself when it is alone).
  ThreadSlot After(int slot) const {
    const ThreadSlot next = LowestFrom(slot + 1);
    return next != kNoThread ? next : Lowest();
  }

  // Precondition: not a member.
  void Insert(int slot) {
    words_[slot >> 6] |= uint64_t{1} << (slot & 63);
    place_[slot] = static_cast<uint16_t>(count_);
    dense_[count_++] = static_cast<ThreadSlot>(slot);
  }
  // Precondition: a member.
  void Erase(int slot) {
    words_[slot >> 6] &= ~(uint64_t{1} << (slot & 63));
    const ThreadSlot last = dense_[--count_];
    dense_[place_[slot]] = last;
    place_[last] = place_[slot];
  }
  void Clear() {
    for (uint64_t& word : words_) word = 0;
    count_ = 0;
  }

 private:
  uint64_t words_[kWords];
  int32_t count_;                  // members
  ThreadSlot dense_[kMaxThreads];  // the members, in the first count_ places
  uint16_t place_[kMaxThreads];    // dense_[place_[m]] == m for every member m
};

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_THREAD_SET_H_
