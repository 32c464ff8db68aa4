// Partial order sampling.
//
// X. Yuan, J. Yang, R. Gu: Partial Order Aware Concurrency Sampling, CAV 2018.
#ifndef WEIR_SIM_STRATEGY_POS_H_
#define WEIR_SIM_STRATEGY_POS_H_

#include <array>
#include <cstdint>

#include "sim/engine/decision.h"
#include "sim/strategy/environment.h"
#include "sim/strategy/priorities.h"

namespace weir::sim {

// Algorithm 3 of the paper (POS*, with reassignment): each event gets a random priority when its
// thread reaches it, and the thread whose event has the highest runs. The events of other threads
// that race with that one, those on the same object of which one of the two changes something, then
// get new priorities: they had waited, which says that theirs are low, and the order of the next
// two would not be free.
//
// Where this departs from the paper:
//
// - A thread that has waited and is woken gets a new priority: what woke it races with what it
//   waits for.
// - A thread that yields, spins or polls a clock, or has run for a slice (limits.h) without
// waiting,
//   is below all others until its next event.
// - What such a thread is about to do counts as a look, whatever the operation is: a comparison
// that
//   fails again changes nothing. Else two threads that spin on one object would raise each other
//   for ever, above a third one that neither waits for them nor races with them.
// - Where only one thread can run, nobody is asked; its events have no priorities.
class PosStrategy final : public Strategy {
 public:
  void Begin(const Execution& next, Random random) override;
  Choice Choose(const Point& point) override;
  uint64_t FaultAfter(FaultKind kind, uint64_t step) override {
    return environment_.FaultAfter(kind, step, random_);
  }

 private:
  struct Event {
    const void* object = nullptr;  // null: races with nothing
    bool looks = false;
  };
  // Events are counted by a few bits of their object's address, so that most of them are known to
  // race with nothing without a look at each thread.
  static constexpr int kBuckets = 256;
  static int BucketOf(const void* object) {
    return static_cast<int>(reinterpret_cast<uintptr_t>(object) >> 3) & (kBuckets - 1);
  }

  void Follow(const ThreadSet& runnable);
  void SetEvent(ThreadSlot thread, const void* object, bool looks);
  void Redraw(const ThreadSet& runnable, ThreadSlot thread);

  Random random_;
  Environment environment_;
  Priorities priorities_;
  std::array<uint64_t, ThreadSet::kWords> seen_{};  // runnable when last followed
  std::array<Event, kMaxThreads> events_{};         // that the threads are at
  std::array<uint16_t, kBuckets> count_{};          // of them in each bucket
};

}  // namespace weir::sim

#endif  // WEIR_SIM_STRATEGY_POS_H_
