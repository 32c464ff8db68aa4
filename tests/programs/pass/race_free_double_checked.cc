// memory points
// Double-checked locking as it should be: the pointer is an atomic, stored with release and first
// looked at with acquire.
#include <atomic>
#include <mutex>
#include <thread>

namespace {

struct Table {
  int entries[4] = {1, 2, 3, 4};
};

std::mutex g_mutex;
std::atomic<Table*> g_table{nullptr};

Table* Get() {
  Table* table = g_table.load(std::memory_order_acquire);
  if (table == nullptr) {
    const std::lock_guard lock(g_mutex);
    // Whoever set it held the mutex.
    table = g_table.load(std::memory_order_relaxed);
    if (table == nullptr) {
      table = new Table;
      g_table.store(table, std::memory_order_release);
    }
  }
  return table;
}

int g_sum[2];

}  // namespace

int main() {
  std::thread other([] { g_sum[1] = Get()->entries[3]; });
  g_sum[0] = Get()->entries[0];
  other.join();
  return g_sum[0] + g_sum[1] == 5 ? 0 : 1;
}
