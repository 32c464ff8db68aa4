// Two processes use a barrier in shared memory that is not process-shared.
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/weir.h"

namespace {

pthread_barrier_t* Map(int flags) {
  const int fd = shm_open("/barrier", O_RDWR | flags, 0600);
  if (fd < 0 || ftruncate(fd, sizeof(pthread_barrier_t)) != 0) _exit(1);
  return static_cast<pthread_barrier_t*>(
      mmap(nullptr, sizeof(pthread_barrier_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
}

}  // namespace

int main() {
  pthread_barrier_t* const barrier = Map(O_CREAT);
  pthread_barrier_init(barrier, nullptr, 2);
  const weir::Process other = weir::Spawn("other", [] { pthread_barrier_wait(Map(0)); });
  pthread_barrier_wait(barrier);
  weir::Join(other);
  return 0;
}
