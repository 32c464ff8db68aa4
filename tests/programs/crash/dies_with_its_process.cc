// A fault without a thread pointer, in one order only: whoever would handle it needs one, so that
// the kernel ends the process.
#include <atomic>
#include <thread>

int main() {
  std::atomic<int> steps{0};
  std::thread other([&] {
    for (int step = 0; step < 3; ++step) steps.fetch_add(1);
  });
  if (steps.load() == 2) {
#if defined(__x86_64__)
    asm volatile("wrfsbase %0" : : "r"(0L));
#endif
    *static_cast<volatile int*>(nullptr) = 1;
  }
  other.join();
}
