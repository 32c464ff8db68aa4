// std::jthread: joins by itself, asks to stop; stop callbacks; a wait that a stop request ends.
#include <atomic>
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

int main() {
  std::atomic<int> rounds{0};
  {
    std::jthread worker([&](std::stop_token stop) {
      while (!stop.stop_requested()) {
        ++rounds;
        std::this_thread::yield();
      }
    });
    while (rounds.load() < 3) std::this_thread::yield();
  }  // the destructor asks it to stop and joins
  assert(rounds >= 3);

  std::mutex mutex;
  std::condition_variable_any condition;
  bool ready = false;
  bool satisfied = true;
  std::jthread waiter([&](std::stop_token stop) {
    std::unique_lock lock(mutex);
    satisfied = condition.wait(lock, stop, [&] { return ready; });
  });
  int called = 0;
  {
    std::stop_callback callback(waiter.get_stop_token(), [&] { ++called; });
    waiter.request_stop();
    assert(called == 1);
  }
  waiter.join();
  assert(!satisfied);
  assert(!waiter.request_stop());
  return 0;
}
