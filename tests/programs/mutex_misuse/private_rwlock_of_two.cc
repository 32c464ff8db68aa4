// Two processes use a read-write lock in shared memory that is not process-shared.
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/weir.h"

namespace {

pthread_rwlock_t* Map(int flags) {
  const int fd = shm_open("/lock", O_RDWR | flags, 0600);
  if (fd < 0 || ftruncate(fd, sizeof(pthread_rwlock_t)) != 0) _exit(1);
  return static_cast<pthread_rwlock_t*>(
      mmap(nullptr, sizeof(pthread_rwlock_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
}

}  // namespace

int main() {
  pthread_rwlock_t* const lock = Map(O_CREAT);
  pthread_rwlock_init(lock, nullptr);
  const weir::Process other = weir::Spawn("other", [] { pthread_rwlock_rdlock(Map(0)); });
  pthread_rwlock_rdlock(lock);
  weir::Join(other);
  return 0;
}
