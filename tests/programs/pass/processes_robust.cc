// simulation only: processes. A robust mutex outlives processes that are killed with it, or with a
// wake for it; one that is not robust stays locked.
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cerrno>

#include "sim/weir.h"

namespace {

struct Shared {
  pthread_mutex_t robust;
  pthread_mutex_t plain;
  std::atomic<int> first;
  std::atomic<int> second;
  std::atomic<int> waiting;
  std::atomic<int> locked;
};

// A mapping of its own for each life of each process: none has another's address.
Shared& Map() {
  const int fd = shm_open("/shared", O_RDWR | O_CREAT, 0600);
  assert(fd >= 0 && ftruncate(fd, sizeof(Shared)) == 0);
  void* const at = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  assert(at != MAP_FAILED && close(fd) == 0);
  return *static_cast<Shared*>(at);
}

void Make(pthread_mutex_t* mutex, int robust) {
  pthread_mutexattr_t attributes;
  assert(pthread_mutexattr_init(&attributes) == 0);
  assert(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) == 0);
  assert(pthread_mutexattr_setrobust(&attributes, robust) == 0);
  assert(pthread_mutex_init(mutex, &attributes) == 0);
}

// What the two numbers are between lock and unlock is repaired by who inherits the mutex.
void Lock(Shared& shared) {
  const int error = pthread_mutex_lock(&shared.robust);
  if (error == EOWNERDEAD) {
    shared.second = shared.first.load();
    assert(pthread_mutex_consistent(&shared.robust) == 0);
  } else {
    assert(error == 0);
  }
  assert(shared.first == shared.second);
}

void Count(Shared& shared) {
  for (int i = 0; i < 3; ++i) {
    Lock(shared);
    ++shared.first;
    ++shared.second;
    assert(pthread_mutex_unlock(&shared.robust) == 0);
  }
}

void KilledAnywhere(Shared& shared) {
  const weir::Process all[] = {
      weir::Spawn(
          "restarting", [] { Count(Map()); }, weir::kMayRestart),
      weir::Spawn(
          "crashing", [] { Count(Map()); }, weir::kMayCrash),
      weir::Spawn("steady", [] { Count(Map()); }),
  };
  for (const weir::Process process : all) weir::Join(process);
  Lock(shared);
  assert(shared.first >= 3);
  assert(pthread_mutex_unlock(&shared.robust) == 0);
}

// One of the two is woken, and that may be the one that is killed.
void KilledWithAWake(Shared& shared) {
  Lock(shared);
  const auto wait = [] {
    Shared& mine = Map();
    ++mine.waiting;
    Lock(mine);
    assert(pthread_mutex_unlock(&mine.robust) == 0);
  };
  const weir::Process victim = weir::Spawn("victim", wait);
  const weir::Process survivor = weir::Spawn("survivor", wait);
  while (shared.waiting < 2) usleep(10);
  assert(pthread_mutex_unlock(&shared.robust) == 0);
  weir::Kill(victim);
  weir::Join(survivor);
}

// Both mutexes are held when their owner is killed, and somebody waits for one of them.
void KilledWithLocks(Shared& shared) {
  const weir::Process owner = weir::Spawn("owner", [] {
    Shared& mine = Map();
    Lock(mine);
    ++mine.first;
    assert(pthread_mutex_lock(&mine.plain) == 0);
    ++mine.locked;
    sleep(3600);
  });
  while (shared.locked < 1) usleep(10);
  const weir::Process heir = weir::Spawn("heir", [] {
    Shared& mine = Map();
    Lock(mine);
    assert(pthread_mutex_unlock(&mine.robust) == 0);
  });
  usleep(10);
  weir::Kill(owner);
  weir::Join(heir);
  assert(shared.first == shared.second);
  assert(pthread_mutex_trylock(&shared.plain) == EBUSY);
}

}  // namespace

int main() {
  Shared& shared = Map();
  Make(&shared.robust, PTHREAD_MUTEX_ROBUST);
  Make(&shared.plain, PTHREAD_MUTEX_STALLED);
  KilledAnywhere(shared);
  KilledWithAWake(shared);
  KilledWithLocks(shared);
  return 0;
}
