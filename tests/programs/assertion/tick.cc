// Counts on one that was woken running before the next tick of the clock.
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

using Clock = std::chrono::steady_clock;

int main() {
  std::mutex mutex;
  std::condition_variable changed;
  bool ready = false;
  Clock::time_point notified;
  std::thread other([&] {
    const std::lock_guard lock(mutex);
    ready = true;
    notified = Clock::now();
    changed.notify_one();
  });
  {
    std::unique_lock lock(mutex);
    while (!ready) changed.wait(lock);
    assert(Clock::now() - notified < std::chrono::milliseconds(1));
  }
  other.join();
}
