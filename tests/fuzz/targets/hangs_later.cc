// Loops without a scheduling point once the other thread has been first.
#include <atomic>
#include <thread>

int main() {
  std::atomic<bool> done{false};
  std::thread other([&] { done = true; });
  if (done) {
    volatile unsigned long count = 0;
    for (;;) count = count + 1;
  }
  other.join();
}
