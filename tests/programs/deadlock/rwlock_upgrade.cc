// A thread that reads wants to write, and waits for itself to stop reading.
#include <shared_mutex>

int main() {
  std::shared_mutex mutex;
  const std::shared_lock read(mutex);
  mutex.lock();
  mutex.unlock();
  return 0;
}
