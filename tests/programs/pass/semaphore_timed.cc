// Semaphores: values, timed waits on both clocks, overflow, errors, many waiters.
#include <limits.h>
#include <semaphore.h>
#include <time.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <cstdint>
#include <thread>
#include <vector>

#include "tests/programs/clocks.h"

namespace {

void Values() {
  sem_t semaphore;
  assert(sem_init(&semaphore, 0, static_cast<unsigned>(SEM_VALUE_MAX) + 1) == -1 &&
         errno == EINVAL);
  assert(sem_init(&semaphore, 0, SEM_VALUE_MAX) == 0);
  assert(sem_post(&semaphore) == -1 && errno == EOVERFLOW);
  int value = 0;
  assert(sem_getvalue(&semaphore, &value) == 0 && value == SEM_VALUE_MAX);
  assert(sem_trywait(&semaphore) == 0);
  assert(sem_getvalue(&semaphore, &value) == 0 && value == SEM_VALUE_MAX - 1);
  assert(sem_destroy(&semaphore) == 0);
}

void Deadlines() {
  sem_t semaphore;
  assert(sem_init(&semaphore, 0, 0) == 0);
  assert(sem_trywait(&semaphore) == -1 && errno == EAGAIN);
  int64_t deadline = Read(CLOCK_REALTIME) + 3'000'000;
  timespec time = At(deadline);
  assert(sem_timedwait(&semaphore, &time) == -1 && errno == ETIMEDOUT);
  assert(Read(CLOCK_REALTIME) >= deadline);
  deadline = Read(CLOCK_MONOTONIC) + 3'000'000;
  time = At(deadline);
  assert(sem_clockwait(&semaphore, CLOCK_MONOTONIC, &time) == -1 && errno == ETIMEDOUT);
  assert(Read(CLOCK_MONOTONIC) >= deadline);
  time.tv_nsec = 1'000'000'000;
  assert(sem_timedwait(&semaphore, &time) == -1 && errno == EINVAL);
  // What is there is taken, however late it is.
  assert(sem_post(&semaphore) == 0);
  time = {.tv_sec = 0, .tv_nsec = 0};
  assert(sem_timedwait(&semaphore, &time) == 0);
  assert(sem_timedwait(&semaphore, &time) == -1 && errno == ETIMEDOUT);
}

// As many get through as posts were made, by whatever kind of wait; a timed one may have to try
// again.
void ManyWaiters() {
  sem_t semaphore;
  assert(sem_init(&semaphore, 0, 0) == 0);
  std::atomic<int> passed{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      if (i % 2 == 0) {
        assert(sem_wait(&semaphore) == 0);
      } else {
        timespec time;
        do {
          time = At(Read(CLOCK_REALTIME) + 20'000'000);
        } while (sem_timedwait(&semaphore, &time) != 0 && errno == ETIMEDOUT);
      }
      ++passed;
    });
  }
  for (int i = 0; i < 4; ++i) {
    assert(passed <= i);
    assert(sem_post(&semaphore) == 0);
  }
  threads.clear();
  assert(passed == 4);
  int value = -1;
  assert(sem_getvalue(&semaphore, &value) == 0 && value == 0);
}

}  // namespace

int main() {
  Values();
  Deadlines();
  ManyWaiters();
  return 0;
}
