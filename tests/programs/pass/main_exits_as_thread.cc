// pthread_exit in main: the process lives until its last thread has ended, and then ends with
// status 0.
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

namespace {

std::atomic<int> finished{0};

}  // namespace

int main() {
  std::atexit([] {
    if (finished != 3) std::abort();
  });
  for (int i = 0; i < 3; ++i) {
    std::thread([] {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      ++finished;
    }).detach();
  }
  pthread_exit(nullptr);
}
