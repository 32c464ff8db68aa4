// Several threads count with loads and weak comparisons in a loop. One that fails for no reason has
// seen the value that the load before it saw, and tries once more: a point that is much like the
// last one, and must be told from it when the execution is written down.
#include <atomic>
#include <cstdlib>
#include <thread>

namespace {

std::atomic<int> g_count{0};

void Count() {
  for (int i = 0; i < 3; ++i) {
    int seen = g_count.load();
    while (!g_count.compare_exchange_weak(seen, seen + 1)) {
    }
  }
}

}  // namespace

int main() {
  std::thread first(Count);
  std::thread second(Count);
  Count();
  first.join();
  second.join();
  if (g_count != 9) std::abort();
}
