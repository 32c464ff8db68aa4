// simulated without spurious_wakeup
// Timed waits on each clock a condition variable can have, by attribute and by clockwait; past
// deadlines; the mutex is held again after each.
#include <pthread.h>
#include <time.h>

#include <cassert>
#include <cerrno>
#include <cstdint>
#include <initializer_list>

#include "tests/programs/clocks.h"

namespace {

constexpr int64_t kMillisecond = 1'000'000;

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

// Held by the caller, so nobody else can take it: an errorcheck mutex would say EDEADLK, a normal
// one EBUSY.
void IsHeld() { assert(pthread_mutex_trylock(&mutex) == EBUSY); }

void ByAttribute(clockid_t clock) {
  pthread_condattr_t attributes;
  assert(pthread_condattr_init(&attributes) == 0);
  assert(pthread_condattr_setclock(&attributes, clock) == 0);
  pthread_cond_t condition;
  assert(pthread_cond_init(&condition, &attributes) == 0);
  assert(pthread_condattr_destroy(&attributes) == 0);

  const int64_t deadline = Read(clock) + 3 * kMillisecond;
  const timespec time = At(deadline);
  assert(pthread_cond_timedwait(&condition, &mutex, &time) == ETIMEDOUT);
  IsHeld();
  assert(Read(clock) >= deadline);
  assert(pthread_cond_destroy(&condition) == 0);
}

void ByCall(clockid_t clock) {
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  const int64_t deadline = Read(clock) + 3 * kMillisecond;
  const timespec time = At(deadline);
  assert(pthread_cond_clockwait(&condition, &mutex, clock, &time) == ETIMEDOUT);
  IsHeld();
  assert(Read(clock) >= deadline);
  // A deadline in the past, and one before the clock began.
  const timespec past = At(Read(clock) - 1);
  assert(pthread_cond_clockwait(&condition, &mutex, clock, &past) == ETIMEDOUT);
  const timespec before = {.tv_sec = -1, .tv_nsec = 0};
  assert(pthread_cond_clockwait(&condition, &mutex, clock, &before) == ETIMEDOUT);
  IsHeld();
  assert(pthread_cond_destroy(&condition) == 0);
}

}  // namespace

int main() {
  assert(pthread_mutex_lock(&mutex) == 0);
  for (const clockid_t clock : {CLOCK_REALTIME, CLOCK_MONOTONIC}) {
    ByAttribute(clock);
    ByCall(clock);
  }
  assert(pthread_mutex_unlock(&mutex) == 0);
  return 0;
}
