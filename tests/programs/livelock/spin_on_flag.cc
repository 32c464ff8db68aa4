// A thread spins on a flag that nobody sets.
#include <atomic>
#include <thread>

int main() {
  std::atomic<bool> flag{false};
  std::thread spinner([&] {
    while (!flag) {
    }
  });
  spinner.join();
  return 0;
}
