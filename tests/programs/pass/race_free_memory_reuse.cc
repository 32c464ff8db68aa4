// memory points
// Memory that comes back is other memory: a block of the heap that one thread gave back and another
// one got, the stack and the thread_local variables of a thread that has ended without being
// joined, neighbouring bytes of one word.
#include <pthread.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace {

struct Bytes {
  char left = 0;
  char right = 0;
  short both = 0;
};

thread_local int t_count = 0;
std::atomic<int> g_ended{0};

void UseStack() {
  volatile char buffer[256];
  char* const escaped = const_cast<char*>(buffer);
  std::memset(escaped, 1, sizeof buffer);
  for (int i = 0; i < 8; ++i) t_count += escaped[i];
  if (t_count != 8) std::abort();
}

void Blocks() {
  for (int i = 0; i < 3; ++i) {
    int* const block = new int[8];
    for (int k = 0; k < 8; ++k) block[k] = k;
    delete[] block;
  }
}

}  // namespace

int main() {
  Bytes bytes;
  std::thread left([&] { bytes.left = 1; });
  std::thread right([&] { bytes.right = 2; });
  bytes.both = 3;
  left.join();
  right.join();
  if (bytes.left + bytes.right + bytes.both != 6) std::abort();

  // Nobody waits for them, and the slots are given again.
  for (int i = 0; i < 4; ++i) {
    std::thread([] {
      UseStack();
      Blocks();
      g_ended.fetch_add(1, std::memory_order_relaxed);
    }).detach();
    UseStack();
    t_count = 0;
    Blocks();
  }
  while (g_ended.load(std::memory_order_relaxed) < 4) std::this_thread::yield();
}
