// All who wait for a robust mutex learn that it is given up from the unlock itself: none of them
// ends before all have.
#include <pthread.h>

#include <cassert>
#include <cerrno>
#include <latch>
#include <thread>
#include <vector>

int main() {
  pthread_mutexattr_t attributes;
  assert(pthread_mutexattr_init(&attributes) == 0);
  assert(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0);
  pthread_mutex_t mutex;
  assert(pthread_mutex_init(&mutex, &attributes) == 0);
  std::thread([&] { assert(pthread_mutex_lock(&mutex) == 0); }).join();
  assert(pthread_mutex_lock(&mutex) == EOWNERDEAD);
  std::latch all(3);
  std::vector<std::jthread> waiters;
  for (int i = 0; i < 3; ++i) {
    waiters.emplace_back([&] {
      assert(pthread_mutex_lock(&mutex) == ENOTRECOVERABLE);
      all.arrive_and_wait();
    });
  }
  assert(pthread_mutex_unlock(&mutex) == 0);
  all.wait();
  waiters.clear();
  assert(pthread_mutex_destroy(&mutex) == 0);
  return 0;
}
