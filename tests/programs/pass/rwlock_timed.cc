// Timed locks of a pthread_rwlock_t on both clocks: they wait as long as asked and no longer.
#include <pthread.h>
#include <time.h>

#include <cassert>
#include <cerrno>
#include <cstdint>
#include <thread>

#include "tests/programs/clocks.h"

namespace {

using Lock = int (*)(pthread_rwlock_t*, clockid_t, const timespec*);
constexpr timespec kPast = {.tv_sec = 1, .tv_nsec = 0};

void TimesOut(Lock take, pthread_rwlock_t* lock) {
  for (const clockid_t clock : {CLOCK_REALTIME, CLOCK_MONOTONIC}) {
    const int64_t deadline = Read(clock) + 2'000'000;
    const timespec time = At(deadline);
    assert(take(lock, clock, &time) == ETIMEDOUT);
    assert(Read(clock) >= deadline);
  }
}

void Held() {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  assert(pthread_rwlock_wrlock(&lock) == 0);
  std::thread([&] {
    TimesOut(pthread_rwlock_clockrdlock, &lock);
    TimesOut(pthread_rwlock_clockwrlock, &lock);
    assert(pthread_rwlock_timedrdlock(&lock, &kPast) == ETIMEDOUT);
    assert(pthread_rwlock_timedwrlock(&lock, &kPast) == ETIMEDOUT);
  }).join();
  assert(pthread_rwlock_timedrdlock(&lock, &kPast) == EDEADLK);
  assert(pthread_rwlock_timedwrlock(&lock, &kPast) == EDEADLK);
  assert(pthread_rwlock_unlock(&lock) == 0);
  assert(pthread_rwlock_rdlock(&lock) == 0);
  TimesOut(pthread_rwlock_clockwrlock, &lock);
  assert(pthread_rwlock_unlock(&lock) == 0 && pthread_rwlock_destroy(&lock) == 0);
}

// One that is free is taken, even when the time is past.
void Free() {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  assert(pthread_rwlock_timedrdlock(&lock, &kPast) == 0);
  assert(pthread_rwlock_timedrdlock(&lock, &kPast) == 0);
  assert(pthread_rwlock_unlock(&lock) == 0 && pthread_rwlock_unlock(&lock) == 0);
  assert(pthread_rwlock_timedwrlock(&lock, &kPast) == 0);
  assert(pthread_rwlock_unlock(&lock) == 0);
  assert(pthread_rwlock_clockrdlock(&lock, CLOCK_PROCESS_CPUTIME_ID, &kPast) == EINVAL);
  const timespec wrong = {.tv_sec = 1, .tv_nsec = 1'000'000'000};
  assert(pthread_rwlock_timedwrlock(&lock, &wrong) == EINVAL);
}

// An hour is enough for whoever holds it.
void InTime() {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  const timespec late = At(Read(CLOCK_MONOTONIC) + int64_t{3600} * 1'000'000'000);
  int value = 0;
  std::thread writer([&] {
    assert(pthread_rwlock_clockwrlock(&lock, CLOCK_MONOTONIC, &late) == 0);
    ++value;
    assert(pthread_rwlock_unlock(&lock) == 0);
  });
  std::thread reader([&] {
    assert(pthread_rwlock_clockrdlock(&lock, CLOCK_MONOTONIC, &late) == 0);
    assert(value == 0 || value == 1);
    assert(pthread_rwlock_unlock(&lock) == 0);
  });
  writer.join();
  reader.join();
  assert(value == 1);
}

}  // namespace

int main() {
  Held();
  Free();
  InTime();
  return 0;
}
