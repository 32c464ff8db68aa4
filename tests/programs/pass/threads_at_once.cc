// 200 threads alive at once.
#include <atomic>
#include <cassert>
#include <latch>
#include <thread>
#include <vector>

int main() {
  constexpr int kThreads = 200;
  std::latch all(kThreads + 1);
  std::atomic<int> sum{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      all.arrive_and_wait();
      sum += i;
    });
  }
  assert(sum == 0);
  all.arrive_and_wait();
  for (std::thread& thread : threads) thread.join();
  assert(sum == kThreads * (kThreads - 1) / 2);
  return 0;
}
