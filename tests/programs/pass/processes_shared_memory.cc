// simulation only
// Shared memory between virtual processes: each maps it elsewhere; descriptors are a process's own
// and end with it; what a killed process had written and named stays; a later life maps it anew.
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <set>
#include <thread>

#include "sim/weir.h"

namespace {

struct Shared {
  std::atomic<uint32_t> phase;
  std::atomic<uint32_t> lives;
  void* where[8];  // where each life had it mapped
  pid_t pids[8];
};

Shared* Attach(int* fd) {
  *fd = shm_open("/shared", O_RDWR, 0);
  assert(*fd >= 0);
  void* const at = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
  assert(at != MAP_FAILED);
  return static_cast<Shared*>(at);
}

void WaitFor(Shared& shared, uint32_t phase) {
  for (uint32_t now = shared.phase; now < phase; now = shared.phase) {
    syscall(SYS_futex, &shared.phase, FUTEX_WAIT, now, nullptr, nullptr, 0);
  }
}

void Advance(Shared& shared) {
  ++shared.phase;
  syscall(SYS_futex, &shared.phase, FUTEX_WAKE, INT32_MAX, nullptr, nullptr, 0);
}

void Work() {
  int fd = -1;
  Shared& shared = *Attach(&fd);
  // The lowest number is free: no other process's descriptor is in the way, nor an earlier life's.
  assert(fd == 3);
  const uint32_t life = shared.lives++;
  shared.where[life] = &shared;
  shared.pids[life] = getpid();
  Advance(shared);
  // Killed here, by main, but for the last life.
  WaitFor(shared, 100);
}

}  // namespace

int main() {
  const int fd = shm_open("/shared", O_CREAT | O_EXCL | O_RDWR, 0600);
  assert(fd == 3 && ftruncate(fd, sizeof(Shared)) == 0 && close(fd) == 0);
  int own = -1;
  Shared& shared = *Attach(&own);

  const weir::Process first = weir::Spawn("first", Work);
  const weir::Process second = weir::Spawn("second", Work);
  WaitFor(shared, 2);
  weir::Kill(first);
  weir::Restart(first);
  WaitFor(shared, 3);
  weir::Kill(second);
  weir::Restart(second);
  WaitFor(shared, 4);
  assert(shared.lives == 4);
  std::set<void*> where(shared.where, shared.where + 4);
  where.insert(&shared);
  assert(where.size() == 5);
  std::set<pid_t> pids(shared.pids, shared.pids + 4);
  pids.insert(getpid());
  assert(pids.size() == 5);

  shared.phase = 100;
  Advance(shared);
  weir::Join(first);
  weir::Join(second);
  assert(shm_unlink("/shared") == 0 && close(own) == 0);
  return 0;
}
