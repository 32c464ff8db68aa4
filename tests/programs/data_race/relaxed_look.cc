// A message is published with release, and looked for by a relaxed load: it acquires nothing.
#include <atomic>
#include <thread>

int g_message = 0;
std::atomic<bool> g_ready{false};

int main() {
  std::thread reader([] {
    if (g_ready.load(std::memory_order_relaxed)) g_message = 2;
  });
  g_message = 1;
  g_ready.store(true, std::memory_order_release);
  reader.join();
  return 0;
}
