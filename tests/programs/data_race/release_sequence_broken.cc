// A store by another thread ends a release sequence: who reads that one has not synchronised with
// the release before it. (A read-modify-write would hand it on: pass/race_free_release_sequence.)
#include <atomic>
#include <thread>

int g_message = 0;
std::atomic<int> g_state{0};

int main() {
  std::thread reader([] {
    if (g_state.load(std::memory_order_acquire) == 2) g_message = 2;
  });
  std::thread meddler([] {
    if (g_state.load(std::memory_order_relaxed) == 1) g_state.store(2, std::memory_order_relaxed);
  });
  g_message = 1;
  g_state.store(1, std::memory_order_release);
  reader.join();
  meddler.join();
  return 0;
}
