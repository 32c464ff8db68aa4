// memory points
// A sequence lock without a data race (Boehm, "Can seqlocks get along with programming language
// memory models?", MSPC 2012): the data are relaxed atomics, and fences order them against the
// count.
#include <atomic>
#include <cstdlib>
#include <thread>

namespace {

std::atomic<unsigned> g_count{0};
std::atomic<int> g_left{0};
std::atomic<int> g_right{0};
int g_seen = 0;

void Write(int value) {
  const unsigned count = g_count.load(std::memory_order_relaxed);
  g_count.store(count + 1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  g_left.store(value, std::memory_order_relaxed);
  g_right.store(value, std::memory_order_relaxed);
  g_count.store(count + 2, std::memory_order_release);
}

bool Read(int* left, int* right) {
  const unsigned before = g_count.load(std::memory_order_acquire);
  *left = g_left.load(std::memory_order_relaxed);
  *right = g_right.load(std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_acquire);
  const unsigned after = g_count.load(std::memory_order_relaxed);
  return before == after && before % 2 == 0;
}

}  // namespace

int main() {
  std::thread reader([] {
    for (int tries = 0; tries < 4; ++tries) {
      int left = 0;
      int right = 0;
      if (Read(&left, &right) && left != right) std::abort();
      g_seen += left;
    }
  });
  Write(1);
  Write(2);
  reader.join();
  return g_seen <= 8 ? 0 : 1;
}
