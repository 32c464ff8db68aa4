// Two kinds of waiters share a condition variable; notify_one may wake the one that cannot go on.
#include <condition_variable>
#include <mutex>
#include <thread>

int main() {
  std::mutex mutex;
  std::condition_variable condition;
  bool for_one = false;
  bool for_two = false;
  std::thread one([&] {
    std::unique_lock lock(mutex);
    condition.wait(lock, [&] { return for_one; });
    for_two = true;
    condition.notify_one();
  });
  std::thread two([&] {
    std::unique_lock lock(mutex);
    condition.wait(lock, [&] { return for_two; });
  });
  {
    std::lock_guard lock(mutex);
    for_one = true;
    condition.notify_one();
  }
  one.join();
  two.join();
  return 0;
}
