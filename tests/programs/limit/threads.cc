// 300 threads at once, as any machine has them: weir has no place for that many, and says so
// instead of letting pthread_create fail as if the program were to blame.
#include <latch>
#include <thread>
#include <vector>

int main() {
  constexpr int kThreads = 300;
  std::latch all(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&all] { all.arrive_and_wait(); });
  }
  for (std::thread& thread : threads) thread.join();
  return 0;
}
