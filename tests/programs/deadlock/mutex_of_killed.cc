// A mutex in shared memory that is not robust stays locked when its owner's process is killed.
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>

#include "sim/weir.h"

int main() {
  auto* const mutex = static_cast<pthread_mutex_t*>(mmap(
      nullptr, sizeof(pthread_mutex_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init(mutex, &attributes);
  std::atomic<bool> locked{false};
  const weir::Process owner = weir::Spawn("owner", [&] {
    pthread_mutex_lock(mutex);
    locked = true;
    sleep(3600);
  });
  while (!locked) usleep(10);
  weir::Kill(owner);
  pthread_mutex_lock(mutex);
  return 0;
}
