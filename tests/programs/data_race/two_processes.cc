// Two processes map one object, each at an address of its own, and write the same byte of it.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/weir.h"

namespace {

constexpr size_t kBytes = 4096;

char* Map() {
  const int file = shm_open("/two_processes", O_CREAT | O_RDWR, 0600);
  (void)!ftruncate(file, kBytes);
  return static_cast<char*>(mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
}

}  // namespace

int main() {
  const weir::Process left = weir::Spawn("left", [] { Map()[100] = 'l'; });
  const weir::Process right = weir::Spawn("right", [] { Map()[100] = 'r'; });
  weir::Join(left);
  weir::Join(right);
  return 0;
}
