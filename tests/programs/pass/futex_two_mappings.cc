// simulated without spurious_wakeup
// One futex word in shared memory, waited for at one address and woken at another; words in one
// page are apart.
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <cstdint>
#include <thread>

namespace {

using Word = std::atomic<uint32_t>;

long Wait(Word& word, uint32_t value) {
  return syscall(SYS_futex, &word, FUTEX_WAIT, value, nullptr, nullptr, 0);
}
long Wake(Word& word) { return syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0); }

Word* Map(int fd, off_t offset) {
  void* const at = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
  assert(at != MAP_FAILED);
  return static_cast<Word*>(at);
}

}  // namespace

int main() {
  const int fd = memfd_create("words", 0);
  assert(fd >= 0 && ftruncate(fd, 3 * 4096) == 0);
  Word* const here = Map(fd, 4096);
  Word* const there = Map(fd, 4096);
  Word* const elsewhere = Map(fd, 8192);
  assert(here != there && close(fd) == 0);

  std::jthread waiter([here] {
    while (here[3] == 0) {
      const long result = Wait(here[3], 0);
      assert(result == 0 || errno == EAGAIN);
    }
    here[4] = 1;
  });
  assert(Wake(there[2]) == 0 && Wake(elsewhere[3]) == 0);
  there[3] = 1;
  Wake(there[3]);
  while (there[4] == 0) std::this_thread::yield();
  assert(Wake(there[3]) == 0);
  assert(elsewhere[4] == 0);

  // The mapping that a waiter used may go while it is woken through another.
  std::jthread second([there] { assert(Wait(there[5], 0) == 0); });
  while (Wake(here[5]) == 0) std::this_thread::yield();
  second.join();
  assert(munmap(there, 4096) == 0 && munmap(here, 4096) == 0);
  return 0;
}
