// A process-shared read-write lock, barrier and robust mutex, each used at two addresses.
#include <pthread.h>

#include <cassert>
#include <cerrno>
#include <thread>

#include "tests/programs/mapped_twice.h"

namespace {

struct Shared {
  pthread_rwlock_t lock;
  pthread_barrier_t barrier;
  pthread_mutex_t robust;
  int value;
};

void Initialise(Shared& shared) {
  pthread_rwlockattr_t lock;
  assert(pthread_rwlockattr_init(&lock) == 0);
  assert(pthread_rwlockattr_setpshared(&lock, PTHREAD_PROCESS_SHARED) == 0);
  assert(pthread_rwlock_init(&shared.lock, &lock) == 0);
  pthread_barrierattr_t barrier;
  assert(pthread_barrierattr_init(&barrier) == 0);
  assert(pthread_barrierattr_setpshared(&barrier, PTHREAD_PROCESS_SHARED) == 0);
  assert(pthread_barrier_init(&shared.barrier, &barrier, 2) == 0);
  pthread_mutexattr_t robust;
  assert(pthread_mutexattr_init(&robust) == 0);
  assert(pthread_mutexattr_setpshared(&robust, PTHREAD_PROCESS_SHARED) == 0);
  assert(pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST) == 0);
  assert(pthread_mutex_init(&shared.robust, &robust) == 0);
}

}  // namespace

int main() {
  const MappedTwice<Shared> shared;
  Shared& here = *shared.here;
  Shared& there = *shared.there;
  Initialise(here);

  std::thread other([&there] {
    for (int i = 0; i < 3; ++i) {
      assert(pthread_rwlock_wrlock(&there.lock) == 0);
      ++there.value;
      assert(pthread_rwlock_unlock(&there.lock) == 0);
    }
    assert(pthread_mutex_lock(&there.robust) == 0);
    pthread_barrier_wait(&there.barrier);
  });
  int last = 0;
  for (int i = 0; i < 3; ++i) {
    assert(pthread_rwlock_rdlock(&here.lock) == 0);
    assert(here.value >= last && here.value <= 3);
    last = here.value;
    assert(pthread_rwlock_unlock(&here.lock) == 0);
  }
  pthread_barrier_wait(&here.barrier);
  assert(here.value == 3);
  // It waits if the other thread has not ended yet.
  assert(pthread_mutex_lock(&here.robust) == EOWNERDEAD);
  assert(pthread_mutex_consistent(&here.robust) == 0);
  assert(pthread_mutex_unlock(&here.robust) == 0);
  other.join();
  return 0;
}
