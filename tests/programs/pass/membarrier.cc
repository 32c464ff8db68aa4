// simulation only
// Who asks for the kernel's barriers is told that there are none, and makes its own: liburcu does.
#include <sys/syscall.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>

int main() {
  const long result = syscall(SYS_membarrier, 0, 0);
  assert(result == -1 && errno == ENOSYS);
  return 0;
}
