// exam: order violation with N threads
// Four threads set two values one after the other, always to the same. A fifth checks that it does
// not see the first without the second: it must come when somebody has set the first and nobody the
// second.
#include <atomic>
#include <cassert>
#include <thread>
#include <vector>

int main() {
  constexpr int kSetters = 4;
  std::atomic<int> left{0};
  std::atomic<int> right{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < kSetters; ++i) {
    threads.emplace_back([&] {
      left.store(1);
      right.store(-1);
    });
  }
  threads.emplace_back([&] {
    const int a = left.load();
    const int b = right.load();
    assert((a == 0 && b == 0) || (a == 1 && b == -1) || (a == 0 && b == -1));
  });
  return 0;
}
