// A pointer is used before the other thread has set it: a crash under some schedules only.
#include <atomic>
#include <thread>

int main() {
  int value = 5;
  std::atomic<int*> pointer{nullptr};
  std::thread setter([&] { pointer = &value; });
  const int read = *static_cast<int* volatile>(pointer.load());
  setter.join();
  return read == 5 ? 0 : 1;
}
