// A compare-exchange that fails is a load, with the order for failures: here relaxed.
#include <atomic>
#include <thread>

int g_message = 0;
std::atomic<int> g_state{0};

int main() {
  std::thread reader([] {
    int expected = 0;
    if (!g_state.compare_exchange_strong(expected, 0, std::memory_order_acq_rel,
                                         std::memory_order_relaxed)) {
      g_message = 2;
    }
  });
  g_message = 1;
  g_state.store(1, std::memory_order_release);
  reader.join();
  return 0;
}
