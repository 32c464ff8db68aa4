// A mutex is unlocked by a thread that does not hold it.
#include <mutex>
#include <thread>

int main() {
  std::mutex mutex;
  mutex.lock();
  std::thread([&] { mutex.unlock(); }).join();
  return 0;
}
