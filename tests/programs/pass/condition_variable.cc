// std::condition_variable: notify_one, notify_all, predicates, timeouts on both clocks.
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

using std::chrono::milliseconds;

namespace {

std::mutex mutex;
std::condition_variable condition;

void PingPong() {
  int turn = 0;
  const auto play = [&turn](int me) {
    for (int i = 0; i < 5; ++i) {
      std::unique_lock lock(mutex);
      condition.wait(lock, [&] { return turn == me; });
      turn = 1 - me;
      condition.notify_one();
    }
  };
  std::thread other(play, 1);
  play(0);
  other.join();
  assert(turn == 0);
}

void Broadcast() {
  bool open = false;
  int through = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 5; ++i) {
    threads.emplace_back([&] {
      std::unique_lock lock(mutex);
      condition.wait(lock, [&] { return open; });
      ++through;
    });
  }
  {
    std::lock_guard lock(mutex);
    open = true;
  }
  condition.notify_all();
  for (std::thread& thread : threads) thread.join();
  assert(through == 5);
}

void Timeouts() {
  std::unique_lock lock(mutex);
  const auto before = std::chrono::steady_clock::now();
  assert(!condition.wait_for(lock, milliseconds(5), [] { return false; }));
  assert(std::chrono::steady_clock::now() - before >= milliseconds(5));
  assert(lock.owns_lock());
  const auto deadline = std::chrono::system_clock::now() + milliseconds(5);
  while (condition.wait_until(lock, deadline) != std::cv_status::timeout) {
  }
  assert(std::chrono::system_clock::now() >= deadline);
  // A deadline in the past does not wait.
  assert(condition.wait_until(lock, before) == std::cv_status::timeout);
}

}  // namespace

int main() {
  PingPong();
  Broadcast();
  Timeouts();
  return 0;
}
