// simulated without spurious_wakeup, interrupted_wait
// futex by syscall(): WAIT, WAKE, WAIT_BITSET, WAKE_BITSET, timeouts relative and absolute, EAGAIN.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <thread>

namespace {

std::atomic<uint32_t> word{0};
std::atomic<uint32_t> other{0};

long Futex(std::atomic<uint32_t>& at, int op, uint32_t value, const timespec* timeout = nullptr,
           uint32_t bits = 0) {
  return syscall(SYS_futex, &at, op | FUTEX_PRIVATE_FLAG, value, timeout, nullptr, bits);
}

// Wakes exactly one waiter: until then nobody may be there to be woken.
void WakeOne(std::atomic<uint32_t>& at, int op = FUTEX_WAKE, uint32_t bits = 0) {
  while (Futex(at, op, 1, nullptr, bits) == 0) std::this_thread::yield();
}

timespec Now(clockid_t clock) {
  timespec now;
  assert(clock_gettime(clock, &now) == 0);
  return now;
}

int64_t Nanoseconds(const timespec& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

void ComparesBeforeItSleeps() {
  word = 5;
  assert(Futex(word, FUTEX_WAIT, 4) == -1 && errno == EAGAIN);
  assert(Futex(word, FUTEX_WAIT_BITSET, 4, nullptr, FUTEX_BITSET_MATCH_ANY) == -1 &&
         errno == EAGAIN);
  assert(Futex(word, FUTEX_WAIT_BITSET, 5, nullptr, 0) == -1 && errno == EINVAL);
  assert(Futex(word, FUTEX_WAKE, 1) == 0);
}

void Wakes() {
  word = 1;
  std::thread waiter([] { assert(Futex(word, FUTEX_WAIT, 1) == 0); });
  WakeOne(word);
  waiter.join();
}

void WakesAsManyAsAsked() {
  word = 1;
  std::atomic<int> woken{0};
  std::thread waiters[3];
  for (std::thread& waiter : waiters) {
    waiter = std::thread([&] {
      assert(Futex(word, FUTEX_WAIT, 1) == 0);
      ++woken;
    });
  }
  long count = 0;
  while (count < 2) {
    count += Futex(word, FUTEX_WAKE, static_cast<uint32_t>(2 - count));
    std::this_thread::yield();
  }
  assert(woken <= 2);
  WakeOne(word);
  for (std::thread& waiter : waiters) waiter.join();
  assert(woken == 3);
}

void BitsSelect() {
  word = 1;
  std::atomic<int> even{0};
  std::thread one([&] {
    assert(Futex(word, FUTEX_WAIT_BITSET, 1, nullptr, 1) == 0);
    assert(even == 1);
  });
  std::thread two([&] {
    assert(Futex(word, FUTEX_WAIT_BITSET, 1, nullptr, 2) == 0);
    ++even;
  });
  WakeOne(word, FUTEX_WAKE_BITSET, 2);
  two.join();
  assert(Futex(word, FUTEX_WAKE_BITSET, 1, nullptr, 4) == 0);
  WakeOne(word, FUTEX_WAKE_BITSET, 1 | 4);
  one.join();
}

void TimesOut() {
  other = 0;
  const timespec relative = {.tv_sec = 0, .tv_nsec = 5'000'000};
  const int64_t before = Nanoseconds(Now(CLOCK_MONOTONIC));
  assert(Futex(other, FUTEX_WAIT, 0, &relative) == -1 && errno == ETIMEDOUT);
  assert(Nanoseconds(Now(CLOCK_MONOTONIC)) - before >= 5'000'000);
  // FUTEX_WAIT_BITSET takes an absolute time, of CLOCK_MONOTONIC unless told otherwise.
  for (const clockid_t clock : {CLOCK_MONOTONIC, CLOCK_REALTIME}) {
    const int flag = clock == CLOCK_REALTIME ? FUTEX_CLOCK_REALTIME : 0;
    const int64_t at = Nanoseconds(Now(clock)) + 5'000'000;
    const timespec absolute = {.tv_sec = at / 1'000'000'000, .tv_nsec = at % 1'000'000'000};
    assert(Futex(other, FUTEX_WAIT_BITSET | flag, 0, &absolute, FUTEX_BITSET_MATCH_ANY) == -1);
    assert(errno == ETIMEDOUT);
    assert(Nanoseconds(Now(clock)) >= at);
  }
}

}  // namespace

int main() {
  ComparesBeforeItSleeps();
  Wakes();
  WakesAsManyAsAsked();
  BitsSelect();
  TimesOut();
  return 0;
}
