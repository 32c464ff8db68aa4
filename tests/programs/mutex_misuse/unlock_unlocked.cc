// A mutex that nobody holds is unlocked.
#include <mutex>

int main() {
  std::mutex mutex;
  mutex.lock();
  mutex.unlock();
  mutex.unlock();
  return 0;
}
