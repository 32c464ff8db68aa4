#include "fence/doorbell.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace fence {
namespace {

// The forms without FUTEX_PRIVATE_FLAG: the word lies at different addresses in different
// processes. WAIT_BITSET is WAIT with an absolute timeout, so that a wait resumed after a signal
// ends when it should.
bool FutexWait(void* word, uint32_t expected, Deadline deadline) {
  timespec at{};
  if (!deadline.infinite()) at = deadline.ToTimespec();
  const long rc = syscall(SYS_futex, word, FUTEX_WAIT_BITSET, expected,
                          deadline.infinite() ? nullptr : &at, nullptr, FUTEX_BITSET_MATCH_ANY);
  return rc == 0 || errno != ETIMEDOUT;
}

void FutexWakeAll(void* word) {
  syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

}  // namespace

bool Doorbell::Wait(Ticket ticket, Deadline deadline, int spins) {
  for (; spins > 0; --spins) {
    sched_yield();
    if (Listen() != ticket) return true;
  }
  // A ringer that sees no sleeper has counted before this line, so that the kernel sees its count
  // and not the ticket.
  sleepers_.fetch_add(1, std::memory_order_seq_cst);
  const bool rung = FutexWait(&count_, ticket, deadline);
  sleepers_.fetch_sub(1, std::memory_order_seq_cst);
  return rung;
}

void Doorbell::WakeAll() { FutexWakeAll(&count_); }

void Doorbell::RingForEnd() {
  count_.fetch_add(1, std::memory_order_seq_cst);
  WakeAll();
}

}  // namespace fence
