// Loops that wait by looking: at a flag, by yielding, at a clock. Time passes for them.
#include <atomic>
#include <cassert>
#include <chrono>
#include <thread>

using std::chrono::milliseconds;
using std::chrono::steady_clock;

int main() {
  std::atomic<bool> flag{false};
  std::thread setter([&] {
    std::this_thread::sleep_for(milliseconds(2));
    flag = true;
  });
  while (!flag.load()) {
  }
  setter.join();

  const auto until = steady_clock::now() + milliseconds(20);
  while (steady_clock::now() < until) {
  }

  flag = false;
  std::thread slow([&] {
    while (!flag) std::this_thread::yield();
  });
  const auto later = steady_clock::now() + milliseconds(5);
  while (steady_clock::now() < later) std::this_thread::yield();
  flag = true;
  slow.join();
  return 0;
}
