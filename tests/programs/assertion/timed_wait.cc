// Takes a deadline that has passed for somebody who has not come: the other thread was only slow.
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

int main() {
  std::mutex mutex;
  std::condition_variable changed;
  bool ready = false;
  std::thread other([&] {
    const std::lock_guard lock(mutex);
    ready = true;
    changed.notify_one();
  });
  {
    std::unique_lock lock(mutex);
    const bool came = changed.wait_for(lock, std::chrono::milliseconds(50), [&] { return ready; });
    assert(came);
  }
  other.join();
}
