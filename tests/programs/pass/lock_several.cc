// std::lock and std::scoped_lock take several mutexes without a deadlock, whatever the order.
#include <cassert>
#include <mutex>
#include <thread>

int main() {
  std::mutex a;
  std::mutex b;
  std::mutex c;
  int count = 0;
  std::thread one([&] {
    for (int i = 0; i < 5; ++i) {
      std::scoped_lock lock(a, b, c);
      ++count;
    }
  });
  std::thread two([&] {
    for (int i = 0; i < 5; ++i) {
      std::scoped_lock lock(c, b, a);
      ++count;
    }
  });
  for (int i = 0; i < 5; ++i) {
    std::unique_lock first(b, std::defer_lock);
    std::unique_lock second(a, std::defer_lock);
    std::lock(first, second);
    ++count;
  }
  one.join();
  two.join();
  assert(count == 15);
  return 0;
}
