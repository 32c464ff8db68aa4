// Counts on not being preempted between two looks at the clock.
#include <atomic>
#include <cassert>
#include <chrono>
#include <thread>

using Clock = std::chrono::steady_clock;

int main() {
  std::atomic<int> counter{0};
  std::thread other([&] {
    for (int i = 0; i < 50; ++i) ++counter;
  });
  const Clock::time_point began = Clock::now();
  ++counter;
  assert(Clock::now() - began < std::chrono::milliseconds(1));
  other.join();
}
