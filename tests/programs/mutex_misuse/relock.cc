// A thread locks a normal mutex that it holds.
#include <mutex>

int main() {
  std::mutex mutex;
  mutex.lock();
  mutex.lock();
  return 0;
}
