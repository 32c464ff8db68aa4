#include "fence/doorbell.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <bit>

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

void Pause() {
  constexpr int kPauses = 32;
  for (int i = 0; i < kPauses; ++i) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
  }
}

}  // namespace

// A few looks more than usual, so that it can become usual to take longer.
int Spin::Looks() const { return std::min(most_, 2 * usual_.load(std::memory_order_relaxed) + 2); }

void Spin::Learn(int at) {
  const int usual = usual_.load(std::memory_order_relaxed);
  const bool found = at < Looks();
  // Towards what was needed, and to nothing where looking does not help.
  usual_.store(found ? usual + (at - usual + (at > usual ? 3 : 0)) / 4 : usual / 2,
               std::memory_order_relaxed);
}

bool Doorbell::Spins(Ticket ticket, Spin* spin) const {
  const int looks = spin->Looks();
  for (int i = 0; i < looks; ++i) {
    Pause();
    if (Listen() == ticket) continue;
    spin->Learn(i);
    return true;
  }
  spin->Learn(looks);
  return false;
}

bool Doorbell::Wait(Ticket ticket, Deadline deadline, Spin* spin) {
  if (spin != nullptr && Spins(ticket, spin)) return true;
  // A ringer that sees no sleeper has counted before this line, so that the kernel sees its count
  // and not the ticket.
  word_.fetch_add(kOneSleeper, std::memory_order_seq_cst);
  const bool rung = FutexWait(FutexWord(), ticket, deadline);
  word_.fetch_sub(kOneSleeper, std::memory_order_seq_cst);
  return rung;
}

void Doorbell::WakeAll() { FutexWakeAll(FutexWord()); }

// The kernel looks at 32 bits.
void* Doorbell::FutexWord() {
  static_assert(std::endian::native == std::endian::little);
  return reinterpret_cast<char*>(&word_) + sizeof(Ticket);
}

}  // namespace fence
