// The end of a thread is told by a relaxed counter: that orders nothing of what it did.
#include <atomic>
#include <thread>

int g_result = 0;
std::atomic<int> g_done{0};

int main() {
  std::thread([] {
    g_result = 42;
    g_done.store(1, std::memory_order_relaxed);
  }).detach();
  while (g_done.load(std::memory_order_relaxed) == 0) std::this_thread::yield();
  return g_result == 42 ? 0 : 1;
}
