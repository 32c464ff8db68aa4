// std::condition_variable_any with a lock of the user's own.
#include <atomic>
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <thread>

namespace {

class SpinLock {
 public:
  void lock() {
    while (taken_.exchange(true)) std::this_thread::yield();
  }
  void unlock() { taken_ = false; }

 private:
  std::atomic<bool> taken_{false};
};

}  // namespace

int main() {
  SpinLock spin;
  std::condition_variable_any condition;
  int stage = 0;
  std::thread other([&] {
    std::unique_lock lock(spin);
    condition.wait(lock, [&] { return stage == 1; });
    stage = 2;
    condition.notify_all();
  });
  {
    std::unique_lock lock(spin);
    stage = 1;
    condition.notify_all();
    condition.wait(lock, [&] { return stage == 2; });
    assert(!condition.wait_for(lock, std::chrono::milliseconds(2), [&] { return stage == 3; }));
  }
  other.join();
  return 0;
}
