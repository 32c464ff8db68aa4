// The discrete-event queue: who is due when. A binary heap whose entries know their place.
#ifndef WEIR_SIM_ENGINE_TIMERS_H_
#define WEIR_SIM_ENGINE_TIMERS_H_

#include <cstdint>

#include "sim/engine/limits.h"
#include "sim/engine/thread_set.h"

namespace weir::sim {

// Kept in the thread: 0 = no timer, else 1 + index in the heap.
using TimerPlace = uint16_t;

// Timers are due in order of deadline, those of equal deadlines in order of Push. Insert and erase
// are O(log n), the earliest O(1). A thread has at most one.
class Timers {
 public:
  struct Entry {
    uint64_t deadline_ns;
    uint64_t order;
    ThreadSlot slot;
  };

  bool empty() const { return count_ == 0; }
  int count() const { return count_; }
  // Precondition: not empty.
  const Entry& earliest() const { return heap_[0]; }
  const Entry& at(TimerPlace place) const { return heap_[place - 1]; }
  void Clear() { count_ = 0, order_ = 0; }

  // `places` maps a slot to its thread's TimerPlace.
  template <typename Places>
  void Push(uint64_t deadline_ns, ThreadSlot slot, Places&& places) {
    Sift(count_++, Entry{deadline_ns, order_++, slot}, places);
  }
  // Precondition: the slot has a timer.
  template <typename Places>
  void Erase(ThreadSlot slot, Places&& places) {
    const int hole = places(slot) - 1;
    places(slot) = 0;
    const Entry last = heap_[--count_];
    if (hole == count_) return;
    Sift(hole, last, places);
    Sink(places(last.slot) - 1, last, places);
  }

 private:
  static bool Before(const Entry& a, const Entry& b) {
    return a.deadline_ns != b.deadline_ns ? a.deadline_ns < b.deadline_ns : a.order < b.order;
  }
  template <typename Places>
  void Place(int index, const Entry& entry, Places&& places) {
    heap_[index] = entry;
    places(entry.slot) = static_cast<TimerPlace>(index + 1);
  }
  template <typename Places>
  void Sift(int index, const Entry& entry, Places&& places) {
    while (index > 0 && Before(entry, heap_[(index - 1) / 2])) {
      Place(index, heap_[(index - 1) / 2], places);
      index = (index - 1) / 2;
    }
    Place(index, entry, places);
  }
  template <typename Places>
  void Sink(int index, const Entry& entry, Places&& places) {
    for (;;) {
      int child = 2 * index + 1;
      if (child >= count_) break;
      if (child + 1 < count_ && Before(heap_[child + 1], heap_[child])) ++child;
      if (!Before(heap_[child], entry)) break;
      Place(index, heap_[child], places);
      index = child;
    }
    Place(index, entry, places);
  }

  int32_t count_;
  uint64_t order_;
  Entry heap_[kMaxThreads];
};

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_TIMERS_H_
