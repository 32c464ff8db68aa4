// Two threads lock two std::shared_mutexes in opposite orders, one of them to read the second.
#include <mutex>
#include <shared_mutex>
#include <thread>

int main() {
  std::shared_mutex a;
  std::shared_mutex b;
  std::jthread other([&] {
    const std::lock_guard first(b);
    const std::shared_lock second(a);
  });
  const std::lock_guard first(a);
  const std::lock_guard second(b);
  return 0;
}
