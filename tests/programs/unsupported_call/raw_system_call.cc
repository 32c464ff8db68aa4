// A system call by number that is not simulated.
#include <sys/syscall.h>
#include <unistd.h>

int main() {
  const long fd = syscall(SYS_epoll_create1, 0);
  return fd >= 0 ? close(static_cast<int>(fd)) : 0;
}
