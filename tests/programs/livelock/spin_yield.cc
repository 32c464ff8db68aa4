// Two threads yield to each other, each waiting for the other's turn to end.
#include <atomic>
#include <thread>

int main() {
  std::atomic<int> turn{0};
  const auto wait_for = [&](int value) {
    while (turn != value) std::this_thread::yield();
  };
  std::thread other(wait_for, 1);
  wait_for(2);
  other.join();
  return 0;
}
