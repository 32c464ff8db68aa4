// Constructors of globals may use atomics, locks and function-local statics: there is no thread
// yet.
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

namespace {

std::atomic<int> g_count{0};
std::mutex g_mutex;

int& Lazy() {
  static int value = g_count.load() + 1;
  return value;
}

struct Early {
  Early() {
    int expected = 0;
    assert(g_count.load() == 0 && g_count.compare_exchange_strong(expected, 2));
    ++g_count;
    g_count.store(g_count.load(std::memory_order_acquire) + 1);
    const std::lock_guard<std::mutex> lock(g_mutex);
    ++Lazy();
  }
};
Early g_early;

}  // namespace

int main() {
  assert(g_count == 4 && Lazy() == 6);
  std::thread([] { ++g_count; }).join();
  assert(g_count == 5);
  return 0;
}
