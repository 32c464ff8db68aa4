// simulated without spurious_wakeup, interrupted_wait
// A process-shared mutex, condition variable, semaphore and futex, each used at two addresses.
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cstdint>
#include <new>
#include <thread>

#include "tests/programs/mapped_twice.h"

namespace {

struct Shared {
  pthread_mutex_t mutex;
  pthread_cond_t condition;
  sem_t semaphore;
  std::atomic<uint32_t> word;
  int count;
};

void Initialise(Shared& shared) {
  pthread_mutexattr_t mutex;
  assert(pthread_mutexattr_init(&mutex) == 0);
  assert(pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED) == 0);
  assert(pthread_mutex_init(&shared.mutex, &mutex) == 0);
  pthread_condattr_t condition;
  assert(pthread_condattr_init(&condition) == 0);
  assert(pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED) == 0);
  assert(pthread_cond_init(&shared.condition, &condition) == 0);
  assert(sem_init(&shared.semaphore, 1, 0) == 0);
}

}  // namespace

int main() {
  const MappedTwice<Shared> shared;
  Shared& here = *shared.here;
  Shared& there = *shared.there;
  Initialise(here);

  std::thread other([&there] {
    for (int i = 0; i < 5; ++i) {
      assert(pthread_mutex_lock(&there.mutex) == 0);
      ++there.count;
      assert(pthread_cond_signal(&there.condition) == 0);
      assert(pthread_mutex_unlock(&there.mutex) == 0);
    }
    assert(sem_wait(&there.semaphore) == 0);
    there.word = 1;
    while (syscall(SYS_futex, &there.word, FUTEX_WAKE, 1, nullptr, nullptr, 0) == 0) {
      std::this_thread::yield();
    }
  });
  assert(pthread_mutex_lock(&here.mutex) == 0);
  while (here.count < 5) assert(pthread_cond_wait(&here.condition, &here.mutex) == 0);
  assert(pthread_mutex_unlock(&here.mutex) == 0);
  assert(sem_post(&here.semaphore) == 0);
  while (here.word.load() == 0) std::this_thread::yield();
  assert(syscall(SYS_futex, &here.word, FUTEX_WAIT, 1, nullptr, nullptr, 0) == 0);
  other.join();
  return 0;
}
