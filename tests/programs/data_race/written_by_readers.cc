// Readers of a shared mutex count themselves. One comes after the other, but the lock does not say
// so: readers do not keep one another out.
#include <atomic>
#include <shared_mutex>
#include <thread>

std::shared_mutex g_mutex;
int g_table = 7;
int g_lookups = 0;
std::atomic<bool> g_looked{false};

int Look() {
  const std::shared_lock lock(g_mutex);
  ++g_lookups;
  return g_table;
}

int main() {
  std::thread second([] {
    while (!g_looked.load(std::memory_order_relaxed)) std::this_thread::yield();
    Look();
  });
  Look();
  g_looked.store(true, std::memory_order_relaxed);
  second.join();
  return 0;
}
