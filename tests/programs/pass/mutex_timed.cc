// Timed locks on both clocks: they wait as long as asked and no longer, by each kind of mutex.
#include <pthread.h>
#include <time.h>

#include <cassert>
#include <cerrno>
#include <cstdint>
#include <thread>

#include "tests/programs/clocks.h"

namespace {

pthread_mutex_t Make(int kind) {
  pthread_mutexattr_t attributes;
  assert(pthread_mutexattr_init(&attributes) == 0);
  assert(pthread_mutexattr_settype(&attributes, kind) == 0);
  pthread_mutex_t mutex;
  assert(pthread_mutex_init(&mutex, &attributes) == 0);
  return mutex;
}

void Kind(int kind) {
  pthread_mutex_t mutex = Make(kind);
  assert(pthread_mutex_lock(&mutex) == 0);
  std::thread([&] {
    for (const clockid_t clock : {CLOCK_REALTIME, CLOCK_MONOTONIC}) {
      const int64_t deadline = Read(clock) + 2'000'000;
      const timespec time = At(deadline);
      assert(pthread_mutex_clocklock(&mutex, clock, &time) == ETIMEDOUT);
      assert(Read(clock) >= deadline);
    }
    const timespec past = {.tv_sec = 1, .tv_nsec = 0};
    assert(pthread_mutex_timedlock(&mutex, &past) == ETIMEDOUT);
  }).join();
  const timespec soon = At(Read(CLOCK_REALTIME) + 2'000'000);
  const int own = pthread_mutex_timedlock(&mutex, &soon);
  switch (kind) {
    case PTHREAD_MUTEX_RECURSIVE:
      assert(own == 0 && pthread_mutex_unlock(&mutex) == 0);
      break;
    case PTHREAD_MUTEX_ERRORCHECK:
      assert(own == EDEADLK);
      break;
    default:
      assert(own == ETIMEDOUT);
  }
  // One that is free is taken, even when the time is past.
  assert(pthread_mutex_unlock(&mutex) == 0);
  const timespec past = {.tv_sec = 1, .tv_nsec = 0};
  assert(pthread_mutex_timedlock(&mutex, &past) == 0);
  assert(pthread_mutex_unlock(&mutex) == 0 && pthread_mutex_destroy(&mutex) == 0);
}

}  // namespace

int main() {
  for (const int kind : {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ERRORCHECK,
                         PTHREAD_MUTEX_ADAPTIVE_NP}) {
    Kind(kind);
  }
  pthread_mutex_t mutex = Make(PTHREAD_MUTEX_NORMAL);
  const timespec time = {.tv_sec = 1, .tv_nsec = 0};
  assert(pthread_mutex_clocklock(&mutex, CLOCK_PROCESS_CPUTIME_ID, &time) == EINVAL);
  return 0;
}
