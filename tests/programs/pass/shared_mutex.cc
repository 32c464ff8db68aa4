// std::shared_mutex and std::shared_timed_mutex; std::shared_lock; a condition variable on one.
#include <atomic>
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;

void ReadersSeeWholeWrites() {
  std::shared_mutex mutex;
  std::atomic<int> first{0};
  std::atomic<int> second{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < 2; ++round) {
          const std::lock_guard lock(mutex);
          ++first;
          ++second;
        }
      });
      threads.emplace_back([&] {
        for (int round = 0; round < 2; ++round) {
          const std::shared_lock lock(mutex);
          assert(first == second);
        }
      });
    }
  }
  assert(first == 4 && second == 4);
  assert(mutex.try_lock_shared() && !mutex.try_lock());
  mutex.unlock_shared();
}

void Timed() {
  std::shared_timed_mutex mutex;
  assert(mutex.try_lock_shared_for(1ms));
  std::thread([&] {
    assert(!mutex.try_lock_for(1ms));
    assert(!mutex.try_lock_until(std::chrono::system_clock::now()));
    assert(mutex.try_lock_shared_until(std::chrono::steady_clock::now()));
    mutex.unlock_shared();
  }).join();
  mutex.unlock_shared();
  std::jthread writer([&] {
    assert(mutex.try_lock_for(1h));
    mutex.unlock();
  });
  assert(mutex.try_lock_shared_for(1h));
  mutex.unlock_shared();
}

void Wait() {
  std::shared_mutex mutex;
  std::condition_variable_any changed;
  bool ready = false;
  std::vector<std::jthread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      std::shared_lock lock(mutex);
      changed.wait(lock, [&] { return ready; });
    });
  }
  {
    const std::lock_guard lock(mutex);
    ready = true;
  }
  changed.notify_all();
  for (std::jthread& reader : readers) reader.join();
}

}  // namespace

int main() {
  ReadersSeeWholeWrites();
  Timed();
  Wait();
  return 0;
}
