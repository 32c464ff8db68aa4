// Two threads wait on one condition variable, each with a mutex of its own.
#include <condition_variable>
#include <mutex>
#include <thread>

int main() {
  std::condition_variable condition;
  std::mutex mutexes[2];
  std::jthread threads[2];
  for (int i = 0; i < 2; ++i) {
    threads[i] = std::jthread([&condition, &mutex = mutexes[i]] {
      std::unique_lock lock(mutex);
      condition.wait(lock);
    });
  }
  return 0;
}
