// simulation only, without spurious_wakeup
// A process that is killed while it waits on something shared takes no wake with it.
#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cassert>
#include <new>

#include "sim/weir.h"

namespace {

struct Shared {
  pthread_mutex_t mutex;
  pthread_cond_t condition;
  sem_t semaphore;
  int waiting;
  int done;
};

Shared* Make() {
  void* const at =
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  assert(at != MAP_FAILED);
  auto* const shared = new (at) Shared();
  pthread_mutexattr_t mutex;
  pthread_mutexattr_init(&mutex);
  pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
  assert(pthread_mutex_init(&shared->mutex, &mutex) == 0);
  pthread_condattr_t condition;
  pthread_condattr_init(&condition);
  pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
  assert(pthread_cond_init(&shared->condition, &condition) == 0);
  assert(sem_init(&shared->semaphore, 1, 0) == 0);
  return shared;
}

int Waiting(Shared& shared) {
  pthread_mutex_lock(&shared.mutex);
  const int waiting = shared.waiting;
  pthread_mutex_unlock(&shared.mutex);
  return waiting;
}

}  // namespace

int main() {
  Shared& shared = *Make();
  const auto wait_on_condition = [&shared] {
    pthread_mutex_lock(&shared.mutex);
    ++shared.waiting;
    pthread_cond_wait(&shared.condition, &shared.mutex);
    ++shared.done;
    pthread_mutex_unlock(&shared.mutex);
    sem_wait(&shared.semaphore);
  };
  const weir::Process victim = weir::Spawn("victim", wait_on_condition);
  while (Waiting(shared) < 1) usleep(10);
  const weir::Process survivor = weir::Spawn("survivor", wait_on_condition);
  while (Waiting(shared) < 2) usleep(10);
  weir::Kill(victim);
  // One signal and one post: both must reach the survivor.
  pthread_mutex_lock(&shared.mutex);
  assert(pthread_cond_signal(&shared.condition) == 0);
  pthread_mutex_unlock(&shared.mutex);
  assert(sem_post(&shared.semaphore) == 0);
  weir::Join(survivor);
  assert(shared.done == 1);
  assert(pthread_cond_destroy(&shared.condition) == 0 && sem_destroy(&shared.semaphore) == 0);
  return 0;
}
