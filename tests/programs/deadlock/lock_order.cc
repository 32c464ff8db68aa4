// exam: lock-order deadlock
// Two threads lock two mutexes in opposite orders.
#include <mutex>
#include <thread>

int main() {
  std::mutex a;
  std::mutex b;
  std::thread other([&] {
    std::lock_guard first(b);
    std::lock_guard second(a);
  });
  {
    std::lock_guard first(a);
    std::lock_guard second(b);
  }
  other.join();
  return 0;
}
