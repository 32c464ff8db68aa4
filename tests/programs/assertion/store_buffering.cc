// Two processes that each raise a flag and then look at the other's: with release and acquire both
// may find the other's down.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>

#include "sim/weir.h"

namespace {

struct Flags {
  std::atomic<int> up[2];
  std::atomic<int> inside;
};

Flags* Map(int fd) {
  return static_cast<Flags*>(
      mmap(nullptr, sizeof(Flags), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
}

}  // namespace

WEIR_SCENARIO(store_buffering) {
  const auto enter = [](int self) {
    const int fd = shm_open("/store_buffering", O_CREAT | O_RDWR, 0600);
    weir::Expect(ftruncate(fd, sizeof(Flags)) == 0, "ftruncate", [] { return "ftruncate"; });
    Flags* const flags = Map(fd);
    flags->up[self].store(1, std::memory_order_release);
    if (flags->up[1 - self].load(std::memory_order_acquire) != 0) return;
    weir::Expect(flags->inside.fetch_add(1) == 0, "both_inside", [] { return "both are inside"; });
  };
  const weir::Process first = weir::Spawn("first", [&] { enter(0); });
  const weir::Process second = weir::Spawn("second", [&] { enter(1); });
  weir::Join(first);
  weir::Join(second);
}
