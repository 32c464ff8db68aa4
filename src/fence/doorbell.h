// A futex event count in shared memory: tells sleepers in any process that something may have
// changed.
//
//   waiter                                   publisher
//   for (;;) {                               publish what is new
//     ticket = bell.Listen();                bell.Ring();
//     if (what I want is there) break;
//     bell.Wait(ticket, deadline);
//   }
//
// The check and the sleep cannot be separated by a ring: the waiter sleeps on the count that it
// read *before* it checked, and a ring in between changes the count, so that the kernel refuses the
// sleep.
//
//   waiter                                   publisher
//   ticket = count
//   not there yet
//                                            publish; ++count; nobody sleeps: no system call
//   sleep while count == ticket              (returns at once)
//
// What was published before `Ring` is visible to a waiter whose `Listen` came after it, however it
// was stored: the count is a release by the one and an acquire by the other.
//
// All zero is a valid doorbell that nobody has rung. A process that is killed in `Wait` leaves the
// number of sleepers too high, which costs the others a needless system call per ring and nothing
// else. (A mark that the ringer takes away before it wakes the sleepers would be cheaper: but then
// a ringer that is killed in between leaves sleepers that no later ring wakes. And if the two
// numbers were halves of one word, a number of sleepers that somebody has overwritten would carry
// into the count, and take a ring back.)

#ifndef FENCE_DOORBELL_H_
#define FENCE_DOORBELL_H_

#include <atomic>
#include <cstdint>

#include "fence/deadline.h"

namespace fence {

class Doorbell {
 public:
  using Ticket = uint32_t;

  // The count now. To be called before the condition is checked.
  Ticket Listen() const { return count_.load(std::memory_order_seq_cst); }

  // Sleeps until a ring later than `ticket`. True also without one (wake-ups may be spurious):
  // check again. False when the deadline has passed. It looks so often before it sleeps, and yields
  // the processor each time: to the one that it waits for, if they share it.
  bool Wait(Ticket ticket, Deadline deadline, int spins = 0);

  // Wakes all who sleep. Makes a system call only if somebody does. Never blocks; any thread, any
  // process.
  void Ring() {
    // Either this sees the sleeper, or the sleeper's sleep is refused: it comes after the count.
    count_.fetch_add(1, std::memory_order_seq_cst);
    if (sleepers_.load(std::memory_order_seq_cst) != 0) WakeAll();
  }

  // As Ring, but asks the kernel even if nobody seems to sleep. For ends, which are rare and must
  // not be missed by a sleeper whose count has been overwritten.
  void RingForEnd();

 private:
  void WakeAll();

  std::atomic<uint32_t> sleepers_;
  std::atomic<Ticket> count_;  // wraps
};

static_assert(std::atomic<uint32_t>::is_always_lock_free);
static_assert(sizeof(Doorbell) == 8);

}  // namespace fence

#endif  // FENCE_DOORBELL_H_
