// Counts on the system having memory and descriptors left.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/weir.h"

WEIR_SCENARIO(unchecked_calls) {
  const auto open = [] {
    const int fd = shm_open("/unchecked", O_CREAT | O_RDWR, 0600);
    const bool sized = ftruncate(fd, 4096) == 0;
    void* const at = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    weir::Expect(fd >= 0 && sized && at != MAP_FAILED, "call_failed", [] { return "no memory"; });
  };
  weir::Join(weir::Spawn("steady", open));  // its calls do not fail
  weir::Join(weir::Spawn("worker", open, weir::kCallsMayFail));
}
