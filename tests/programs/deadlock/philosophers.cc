// exam: dining philosophers
// Three philosophers, three forks: a cycle of three waits.
#include <mutex>
#include <thread>
#include <vector>

int main() {
  constexpr int kSeats = 3;
  std::mutex forks[kSeats];
  std::vector<std::jthread> philosophers;
  for (int seat = 0; seat < kSeats; ++seat) {
    philosophers.emplace_back([&forks, seat] {
      std::lock_guard left(forks[seat]);
      std::lock_guard right(forks[(seat + 1) % kSeats]);
    });
  }
  return 0;
}
