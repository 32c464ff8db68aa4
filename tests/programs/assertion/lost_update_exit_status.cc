// The same mistake, reported by main's exit status alone.
#include <atomic>
#include <thread>

int main() {
  std::atomic<int> count{0};
  const auto increment = [&] { count.store(count.load() + 1); };
  std::thread other(increment);
  increment();
  other.join();
  return count == 2 ? 0 : 3;
}
