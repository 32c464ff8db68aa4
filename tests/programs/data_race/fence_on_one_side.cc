// The reader has its fence, the writer has none: a relaxed store alone releases nothing.
#include <atomic>
#include <thread>

int g_message = 0;
std::atomic<bool> g_ready{false};

int main() {
  std::thread reader([] {
    if (!g_ready.load(std::memory_order_relaxed)) return;
    std::atomic_thread_fence(std::memory_order_acquire);
    g_message = 2;
  });
  g_message = 1;
  g_ready.store(true, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);  // too late
  reader.join();
  return 0;
}
