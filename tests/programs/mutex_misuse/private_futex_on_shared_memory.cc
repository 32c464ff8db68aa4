// A futex with the private flag in shared memory: other processes are never woken by it.
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int main() {
  const int fd = memfd_create("word", 0);
  if (ftruncate(fd, 4096) != 0) return 1;
  void* const word = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  return static_cast<int>(syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0));
}
