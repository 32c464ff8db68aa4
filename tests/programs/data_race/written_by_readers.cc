// Readers of a shared mutex count themselves: they do not keep one another out.
#include <shared_mutex>
#include <thread>

std::shared_mutex g_mutex;
int g_table = 7;
int g_lookups = 0;

int Look() {
  const std::shared_lock lock(g_mutex);
  ++g_lookups;
  return g_table;
}

int main() {
  std::thread other(Look);
  Look();
  other.join();
  return 0;
}
