// simulation only: natively this takes five hours.
//
// Sleeping costs virtual time alone, and those who sleep wake in the order of their deadlines.
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using std::chrono::hours;
using std::chrono::steady_clock;

int main() {
  const auto before = steady_clock::now();
  std::mutex mutex;
  std::string order;
  std::vector<std::jthread> threads;
  for (const int hour : {3, 1, 2}) {
    threads.emplace_back([&, hour] {
      std::this_thread::sleep_for(hours(hour));
      std::lock_guard lock(mutex);
      order += static_cast<char>('0' + hour);
    });
  }
  std::condition_variable condition;
  std::unique_lock lock(mutex);
  assert(!condition.wait_for(lock, hours(5), [] { return false; }));
  // A thread that is slow is overtaken by the clock, but not by an hour.
  assert(order == "123");
  lock.unlock();
  threads.clear();
  const auto took = steady_clock::now() - before;
  assert(took >= hours(5));
  return 0;
}
