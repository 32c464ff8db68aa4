// Looks a while before it sleeps, as adaptive locks do: no other thread can run meanwhile, and yet
// an hour does not pass.
#include <atomic>
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

int main() {
  std::mutex mutex;
  std::condition_variable changed;
  bool ready = false;
  const std::atomic<int> nothing{0};
  std::thread spinner([&] {
    for (int i = 0; i < 64; ++i) assert(nothing.load() == 0);
    for (int i = 0; i < 64; ++i) std::this_thread::yield();
    const std::lock_guard lock(mutex);
    ready = true;
    changed.notify_one();
  });
  {
    std::unique_lock lock(mutex);
    assert(changed.wait_for(lock, std::chrono::hours(1), [&] { return ready; }));
  }
  spinner.join();
  return 0;
}
