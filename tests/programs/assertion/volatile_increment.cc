// volatile points
// Two threads increment a volatile counter. Between the load and the store is a scheduling point,
// and no data race is reported: volatile was asked for, not memory.
#include <cassert>
#include <thread>

volatile int g_count = 0;

int main() {
  const auto increment = [] { g_count = g_count + 1; };
  std::thread other(increment);
  increment();
  other.join();
  assert(g_count == 2);
  return 0;
}
