// exam: lost wake-up
// The flag is read outside the mutex, so the notification can come between the check and the wait:
//
//   waiter                  setter
//   ready? no
//                           ready = true; notify
//   lock; wait                                       (for ever)
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

int main() {
  std::atomic<bool> ready{false};
  std::mutex mutex;
  std::condition_variable condition;
  std::thread setter([&] {
    ready = true;
    condition.notify_one();
  });
  if (!ready) {
    std::unique_lock lock(mutex);
    condition.wait(lock);
  }
  setter.join();
  return 0;
}
