// One thread waits for a wake-up that was lost, and another one's heartbeats keep time going on: no
// deadlock, but nothing comes of it any more.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "sim/weir.h"

WEIR_SCENARIO(lost_wakeup_under_heartbeats) {
  weir::MustEndWithin(std::chrono::seconds(10));
  std::mutex mutex;
  std::condition_variable changed;
  std::atomic<bool> ready{false};
  std::atomic<bool> done{false};
  std::thread heart([&] {
    while (!done) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  });
  std::thread other([&] {
    ready = true;
    changed.notify_one();  // without the mutex: between the look and the sleep
  });
  {
    std::unique_lock lock(mutex);
    while (!ready) changed.wait(lock);
  }
  other.join();
  done = true;
  heart.join();
}
