// simulation only: reads memory that nobody has written yet, which is zero there. All of it is used
// for the first time late, long after the decisions at which an execution may be copied.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace {

constexpr size_t kBytes = 128 << 10;
char zeros[kBytes];
char rare_zeros[kBytes];
thread_local int visits = 0;

// Is zero, and not any more.
void Use(char* memory, size_t bytes) {
  static const char kNone[kBytes] = {};
  asm volatile("" : : "r"(memory) : "memory");
  assert(std::memcmp(memory, kNone, bytes) == 0);
  std::memset(memory, 0x5A, bytes);
  asm volatile("" : : "r"(memory) : "memory");
}

template <size_t kDepth>
__attribute__((noinline)) void UseStack() {
  [[clang::uninitialized]] char memory[kDepth];
  Use(memory, kDepth / 3);  // what lies above has been in use
}

void UseShared() {
  const int file = shm_open("/later", O_CREAT | O_RDWR, 0600);
  assert(file >= 0 && ftruncate(file, kBytes) == 0);
  void* const memory = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  assert(memory != MAP_FAILED);
  Use(static_cast<char*>(memory), kBytes);
  assert(munmap(memory, kBytes) == 0 && shm_unlink("/later") == 0 && close(file) == 0);
}

void UseAll() {
  assert(++visits == 1);
  UseStack<kBytes / 2>();
}

// Under some schedules only.
void UseRarely() {
  Use(rare_zeros, kBytes);
  UseStack<kBytes>();
}

}  // namespace

int main() {
  std::atomic<int> turns{0};
  std::thread other([&] {
    for (int i = 0; i < 50; ++i) ++turns;
  });
  for (int i = 0; i < 50; ++i) ++turns;
  other.join();
  Use(zeros, kBytes);
  Use(static_cast<char*>(std::malloc(kBytes)), kBytes);  // all the memory goes with the execution
  UseAll();
  UseShared();
  std::atomic<int> began{0};
  std::thread first([&] {
    UseAll();
    if (++began == 2) UseRarely();
  });
  std::thread second([&] {
    UseAll();
    ++began;
  });
  first.join();
  second.join();
  return 0;
}
