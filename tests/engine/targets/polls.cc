// simulation only: ways to wait for another thread without waiting, one scenario each. In the empty
// schedule the polling thread runs first, so that each hangs unless the engine lets the other one
// run.
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "sim/weir.h"

namespace {

using std::chrono::steady_clock;

// Runs `poll` until the flag is set by a thread that is created first but runs second.
template <typename Poll>
void PollUntilSet(Poll poll) {
  std::atomic<bool> flag{false};
  std::thread setter([&flag] { flag.store(true); });
  poll(flag);
  setter.join();
}

}  // namespace

WEIR_SCENARIO(yield) {
  PollUntilSet([](std::atomic<bool>& flag) {
    while (!flag.load()) std::this_thread::yield();
  });
}

WEIR_SCENARIO(bare_load) {
  PollUntilSet([](std::atomic<bool>& flag) {
    while (!flag.load()) {
    }
  });
}

WEIR_SCENARIO(two_loads) {
  std::atomic<bool> other{false};
  PollUntilSet([&other](std::atomic<bool>& flag) {
    while (!flag.load() && !other.load()) {
    }
  });
}

WEIR_SCENARIO(failing_compare) {
  std::atomic<int> lock{1};
  std::thread unlocker([&lock] { lock.store(0); });
  int expected = 0;
  while (!lock.compare_exchange_strong(expected, 1)) expected = 0;
  unlocker.join();
}

WEIR_SCENARIO(test_and_set) {
  std::atomic_flag lock;
  lock.test_and_set();
  std::thread unlocker([&lock] { lock.clear(); });
  while (lock.test_and_set()) {
  }
  unlocker.join();
}

WEIR_SCENARIO(under_lock) {
  std::mutex mutex;
  bool ready = false;
  std::thread setter([&] {
    const std::lock_guard<std::mutex> guard(mutex);
    ready = true;
  });
  for (;;) {
    const std::lock_guard<std::mutex> guard(mutex);
    if (ready) break;
  }
  setter.join();
}

WEIR_SCENARIO(trylock) {
  std::mutex mutex;
  std::atomic<bool> held{false}, release{false};
  std::thread holder([&] {
    mutex.lock();
    held.store(true);
    while (!release.load()) std::this_thread::yield();
    mutex.unlock();
  });
  while (!held.load()) std::this_thread::yield();
  release.store(true);
  while (!mutex.try_lock()) {
  }
  mutex.unlock();
  holder.join();
}

// An hour of polling the clock, with nobody else about.
WEIR_SCENARIO(clock) {
  const auto end = steady_clock::now() + std::chrono::hours(1);
  while (steady_clock::now() < end) {
  }
}

// Polls a flag that a sleeping thread will set: time must pass although somebody could always run.
WEIR_SCENARIO(sleeper) {
  std::atomic<bool> flag{false};
  std::thread setter([&flag] {
    std::this_thread::sleep_for(std::chrono::hours(5));
    flag.store(true);
  });
  while (!flag.load()) std::this_thread::yield();
  setter.join();
}
