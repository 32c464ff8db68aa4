// exam: double-checked locking
// The pointer is looked at without the lock and is no atomic: who finds it set has not synchronised
// with who set it, and may see the object half made.
#include <mutex>
#include <thread>

namespace {

struct Table {
  int entries[4] = {1, 2, 3, 4};
};

std::mutex g_mutex;
Table* g_table = nullptr;

Table* Get() {
  if (g_table == nullptr) {
    const std::lock_guard lock(g_mutex);
    if (g_table == nullptr) g_table = new Table;
  }
  return g_table;
}

int g_sum[2];

}  // namespace

int main() {
  std::thread other([] { g_sum[1] = Get()->entries[3]; });
  g_sum[0] = Get()->entries[0];
  other.join();
  return g_sum[0] + g_sum[1] == 5 ? 0 : 1;
}
