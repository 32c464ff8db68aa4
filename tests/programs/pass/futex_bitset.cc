// simulated without spurious_wakeup, interrupted_wait
// Futexes, where they are strict: unaligned words, empty bit sets, bad times, bits that do not
// meet, counts of the woken, deadlines that lie behind, waits with and without the private flag.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <thread>
#include <vector>

namespace {

uint32_t words[2] = {0, 0};

long Futex(void* word, int operation, uint32_t value, const timespec* timeout = nullptr,
           uint32_t bits = 0) {
  return syscall(SYS_futex, word, operation, value, timeout, nullptr, bits);
}

void Fails(int error, long result) { assert(result == -1 && errno == error); }

void Refuses() {
  void* const unaligned = reinterpret_cast<char*>(words) + 1;
  Fails(EINVAL, Futex(unaligned, FUTEX_WAIT, 0));
  Fails(EINVAL, Futex(unaligned, FUTEX_WAKE, 1));
  Fails(EINVAL, Futex(words, FUTEX_WAIT_BITSET, 0, nullptr, 0));
  Fails(EINVAL, Futex(words, FUTEX_WAKE_BITSET, 1, nullptr, 0));
  const timespec fractions = {.tv_sec = 0, .tv_nsec = 1'000'000'000};
  const timespec negative = {.tv_sec = -1, .tv_nsec = 0};
  for (const timespec* time : {&fractions, &negative}) {
    Fails(EINVAL, Futex(words, FUTEX_WAIT, 0, time));
    Fails(EINVAL, Futex(words, FUTEX_WAIT_BITSET, 0, time, 1));
    // The time is checked first, whatever the word holds.
    Fails(EINVAL, Futex(words, FUTEX_WAIT, 7, time));
  }
  Fails(EAGAIN, Futex(words, FUTEX_WAIT, 7));
  Fails(ENOSYS, Futex(words, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 1));
}

void Times() {
  const timespec zero = {.tv_sec = 0, .tv_nsec = 0};
  Fails(ETIMEDOUT, Futex(words, FUTEX_WAIT, 0, &zero));
  Fails(ETIMEDOUT, Futex(words, FUTEX_WAIT_PRIVATE, 0, &zero));
  Fails(ETIMEDOUT, Futex(words, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &zero, 1));
  Fails(ETIMEDOUT, Futex(words, FUTEX_WAIT_BITSET, 0, &zero, UINT32_MAX));
}

// Four waiters, each with one bit. Wakes by bits find those and no others; the number is exact.
void Bits() {
  std::atomic<int> woken{0};
  std::atomic<uint32_t> done{0};
  std::vector<std::jthread> threads;
  for (uint32_t bit = 0; bit < 4; ++bit) {
    threads.emplace_back([&, bit] {
      assert(Futex(words, FUTEX_WAIT_BITSET_PRIVATE, 0, nullptr, 1U << bit) == 0);
      done |= 1U << bit;
      ++woken;
    });
  }
  const auto wake = [&](uint32_t bits, long count) {
    long sum = 0;
    while (sum < count) {
      sum += Futex(words, FUTEX_WAKE_BITSET_PRIVATE, INT_MAX, nullptr, bits);
      std::this_thread::yield();
    }
    assert(sum == count);
  };
  assert(Futex(words, FUTEX_WAKE_BITSET_PRIVATE, INT_MAX, nullptr, 1U << 4) == 0);
  wake(0b0101, 2);
  while (woken < 2) std::this_thread::yield();
  assert(done == 0b0101);
  // Another word, and the same without the private flag: nobody is there.
  assert(Futex(words + 1, FUTEX_WAKE_PRIVATE, INT_MAX) == 0);
  assert(Futex(words, FUTEX_WAKE, INT_MAX) == 0);
  wake(0b1000, 1);
  wake(UINT32_MAX, 1);
  threads.clear();
  assert(woken == 4 && done == 0b1111);
}

}  // namespace

int main() {
  Refuses();
  Times();
  Bits();
  return 0;
}
