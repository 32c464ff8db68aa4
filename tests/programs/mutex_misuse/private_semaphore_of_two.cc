// Two processes use a semaphore in shared memory that sem_init() made for one.
#include <fcntl.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/weir.h"

namespace {

sem_t* Map(int flags) {
  const int fd = shm_open("/semaphore", O_RDWR | flags, 0600);
  if (fd < 0 || ftruncate(fd, sizeof(sem_t)) != 0) _exit(1);
  return static_cast<sem_t*>(
      mmap(nullptr, sizeof(sem_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
}

}  // namespace

int main() {
  sem_t* const semaphore = Map(O_CREAT);
  sem_init(semaphore, 0, 0);
  sem_post(semaphore);
  weir::Join(weir::Spawn("other", [] { sem_wait(Map(0)); }));
  return 0;
}
