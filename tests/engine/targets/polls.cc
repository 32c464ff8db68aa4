// simulation only: ways to wait for another thread without waiting, one scenario each. In the empty
// schedule the polling thread runs first, so that each hangs unless the engine lets the other one
// run.
#include <atomic>
#include <chrono>
#include <condition_variable>
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

// Works until told to stop: time must pass although somebody works all the time.
static void WorkFor(std::chrono::milliseconds time) {
  std::atomic<bool> stop{false};
  std::atomic<int> work{0};
  std::thread worker([&] {
    while (!stop.load()) work.fetch_add(1);
  });
  std::this_thread::sleep_for(time);
  stop.store(true);
  worker.join();
}
WEIR_SCENARIO(busy) { WorkFor(std::chrono::milliseconds(100)); }
WEIR_SCENARIO(busy_for_an_hour) { WorkFor(std::chrono::hours(1)); }

// The same with two workers that hand a lock to each other, beside a thread with short timeouts of
// its own.
WEIR_SCENARIO(busy_with_timeouts) {
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::condition_variable never;
  const auto work = [&] {
    while (!stop.load()) const std::lock_guard<std::mutex> guard(mutex);
  };
  std::thread first(work), second(work);
  std::thread third([&] {
    std::mutex own;
    std::unique_lock<std::mutex> lock(own);
    while (!stop.load()) never.wait_for(lock, std::chrono::milliseconds(20));
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  stop.store(true);
  for (std::thread* thread : {&first, &second, &third}) thread->join();
}

// Two of three spin on the lock that the third one is about to give back, in two ways.
WEIR_SCENARIO(three_at_a_lock) {
  std::atomic<int> locked{0}, inside{0};
  const auto visit = [&] {
    while (locked.load() != 0) {
    }
    int free = 0;
    while (!locked.compare_exchange_strong(free, 1)) free = 0;
    inside.fetch_add(1);
    locked.store(0);
  };
  std::thread first(visit), second(visit);
  visit();
  first.join();
  second.join();
}

// Works until told to stop; who tells it comes to that by many small steps, between which it
// yields.
WEIR_SCENARIO(waits_for_who_yields) {
  std::atomic<bool> stop{false};
  std::atomic<int> work{0}, steps{0};
  std::thread helper([&] {
    for (int i = 0; i < 100; ++i) {
      steps.fetch_add(1);
      std::this_thread::yield();
    }
    stop.store(true);
  });
  while (!stop.load()) work.fetch_add(1);
  helper.join();
}

// Works for long beside heartbeats, and has promised to be done within a second: no time that weir
// lets pass for the heartbeats' sake counts.
WEIR_SCENARIO(busy_within_a_bound) {
  weir::MustEndWithin(std::chrono::seconds(1));
  std::atomic<bool> stop{false};
  std::atomic<int> work{0};
  std::thread heart([&] {
    while (!stop.load()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  });
  while (work.fetch_add(1) < 150'000) {
  }
  stop.store(true);
  heart.join();
}
