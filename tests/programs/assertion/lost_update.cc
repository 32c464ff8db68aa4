// exam: lost update
// Two threads increment a counter by load and store: an update is lost when they interleave.
#include <atomic>
#include <cassert>
#include <thread>

int main() {
  std::atomic<int> count{0};
  const auto increment = [&] { count.store(count.load() + 1); };
  std::thread other(increment);
  increment();
  other.join();
  assert(count == 2);
  return 0;
}
