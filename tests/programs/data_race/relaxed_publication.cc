// A message is published by a relaxed store: the reader's acquire finds nothing that was released.
#include <atomic>
#include <thread>

int g_message = 0;
std::atomic<bool> g_ready{false};

int main() {
  std::thread reader([] {
    if (g_ready.load(std::memory_order_acquire)) g_message = 2;
  });
  g_message = 1;
  g_ready.store(true, std::memory_order_relaxed);
  reader.join();
  return 0;
}
