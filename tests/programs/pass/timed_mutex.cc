// Timed mutexes: a deadline passes while another thread holds the mutex; and it is got in time.
#include <pthread.h>

#include <cassert>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <latch>
#include <mutex>
#include <thread>

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

template <typename Mutex>
void TimesOutWhileHeld() {
  Mutex mutex;
  std::latch held(1);
  std::latch tried(1);
  std::thread holder([&] {
    std::lock_guard lock(mutex);
    held.count_down();
    tried.wait();
  });
  held.wait();
  const auto before = steady_clock::now();
  assert(!mutex.try_lock_for(milliseconds(5)));
  assert(steady_clock::now() - before >= milliseconds(5));
  assert(!mutex.try_lock_until(steady_clock::now() + milliseconds(5)));
  assert(!mutex.try_lock_until(std::chrono::system_clock::now() - milliseconds(5)));
  tried.count_down();
  // An hour is enough for any holder but a very slow one.
  while (!mutex.try_lock_for(std::chrono::hours(1))) {
  }
  mutex.unlock();
  holder.join();
}

void Pthread() {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  assert(pthread_mutex_lock(&mutex) == 0);
  std::thread([&] {
    timespec deadline;
    assert(clock_gettime(CLOCK_REALTIME, &deadline) == 0);
    deadline.tv_nsec += 5'000'000;
    if (deadline.tv_nsec >= 1'000'000'000) {
      deadline.tv_nsec -= 1'000'000'000;
      ++deadline.tv_sec;
    }
    assert(pthread_mutex_timedlock(&mutex, &deadline) == ETIMEDOUT);
    deadline.tv_nsec = 1'000'000'000;
    assert(pthread_mutex_timedlock(&mutex, &deadline) == EINVAL);
  }).join();
  assert(pthread_mutex_unlock(&mutex) == 0);
}

}  // namespace

int main() {
  TimesOutWhileHeld<std::timed_mutex>();
  TimesOutWhileHeld<std::recursive_timed_mutex>();
  Pthread();
  return 0;
}
