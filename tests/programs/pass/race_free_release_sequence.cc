// memory points
// A release sequence: read-modify-writes of any order, by any thread, hand on what the store at its
// head has released. The last of several owners, who counts down, sees what all of them did.
#include <atomic>
#include <cstdlib>
#include <thread>

namespace {

int g_data = 0;
std::atomic<int> g_state{0};

int g_parts[3] = {};
std::atomic<int> g_owners{3};
int g_sum = 0;

void Disown(int part) {
  g_parts[part] = part + 1;
  // Relaxed would be enough for the count, but not for what it counts.
  if (g_owners.fetch_sub(1, std::memory_order_release) != 1) return;
  std::atomic_thread_fence(std::memory_order_acquire);
  g_sum = g_parts[0] + g_parts[1] + g_parts[2];
}

}  // namespace

int main() {
  std::thread second([] { g_state.fetch_add(1, std::memory_order_relaxed); });
  std::thread reader([] {
    const int state = g_state.load(std::memory_order_acquire);
    if (state >= 2 && g_data != 7) std::abort();
  });
  g_data = 7;
  g_state.fetch_add(2, std::memory_order_release);
  second.join();
  reader.join();

  std::thread first([] { Disown(0); });
  std::thread third([] { Disown(2); });
  Disown(1);
  first.join();
  third.join();
  if (g_sum != 6) std::abort();
}
