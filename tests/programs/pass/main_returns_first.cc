// main returns while detached threads wait, spin and sleep: the process ends with main's status.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace {

std::atomic<int> started{0};
std::atomic<bool> never{false};

// Never destroyed: the threads may use them to the end.
std::mutex& mutex = *new std::mutex;
std::condition_variable& condition = *new std::condition_variable;

}  // namespace

int main() {
  std::thread([] {
    ++started;
    std::unique_lock lock(mutex);
    condition.wait(lock, [] { return never.load(); });
  }).detach();
  std::thread([] {
    ++started;
    while (!never) std::this_thread::yield();
  }).detach();
  std::thread([] {
    ++started;
    std::this_thread::sleep_for(std::chrono::hours(10));
  }).detach();
  while (started.load() < 2) std::this_thread::yield();
  return 0;
}
