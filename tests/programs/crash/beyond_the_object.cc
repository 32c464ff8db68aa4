// Maps shared memory that nobody has sized yet and touches it: SIGBUS natively, SIGSEGV in
// simulation.
#include <sys/mman.h>
#include <unistd.h>

int main() {
  const int fd = memfd_create("empty", 0);
  void* const at = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  *static_cast<volatile char*>(at) = 1;
  return 0;
}
