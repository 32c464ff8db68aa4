// simulated without spurious_wakeup
// What a condition variable refuses, with the mutex still held; destroyed right after a broadcast;
// a recursive mutex; signals that nobody hears.
#include <pthread.h>
#include <time.h>

#include <cassert>
#include <cerrno>
#include <memory>
#include <thread>
#include <vector>

namespace {

void Refuses() {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  assert(pthread_cond_signal(&condition) == 0 && pthread_cond_broadcast(&condition) == 0);
  assert(pthread_mutex_lock(&mutex) == 0);
  for (const long nanoseconds : {-1L, 1'000'000'000L}) {
    const timespec wrong = {.tv_sec = 0, .tv_nsec = nanoseconds};
    assert(pthread_cond_timedwait(&condition, &mutex, &wrong) == EINVAL);
  }
  const timespec time = {.tv_sec = 0, .tv_nsec = 0};
  assert(pthread_cond_clockwait(&condition, &mutex, CLOCK_PROCESS_CPUTIME_ID, &time) == EINVAL);
  // A signal is not remembered.
  assert(pthread_cond_timedwait(&condition, &mutex, &time) == ETIMEDOUT);
  assert(pthread_mutex_trylock(&mutex) == EBUSY);
  assert(pthread_mutex_unlock(&mutex) == 0);
}

// Once everybody is woken the condition variable may go, though they have not returned from their
// wait.
void DestroyedAfterBroadcast() {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  auto condition = std::make_unique<pthread_cond_t>();
  assert(pthread_cond_init(condition.get(), nullptr) == 0);
  int waiting = 0;
  bool go = false;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      assert(pthread_mutex_lock(&mutex) == 0);
      ++waiting;
      while (!go) {
        assert(pthread_cond_wait(condition.get(), &mutex) == 0);
        assert(go);
      }
      assert(pthread_mutex_unlock(&mutex) == 0);
    });
  }
  for (bool done = false; !done; std::this_thread::yield()) {
    assert(pthread_mutex_lock(&mutex) == 0);
    if (waiting == 3) {
      go = done = true;
      assert(pthread_cond_broadcast(condition.get()) == 0);
      assert(pthread_cond_destroy(condition.get()) == 0);
      *condition = PTHREAD_COND_INITIALIZER;
    }
    assert(pthread_mutex_unlock(&mutex) == 0);
  }
}

// POSIX leaves a wait with a recursive mutex that is locked twice open; locked once it is fine.
void RecursiveMutex() {
  pthread_mutexattr_t attributes;
  assert(pthread_mutexattr_init(&attributes) == 0);
  assert(pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE) == 0);
  pthread_mutex_t mutex;
  assert(pthread_mutex_init(&mutex, &attributes) == 0);
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  bool ready = false;
  std::jthread other([&] {
    assert(pthread_mutex_lock(&mutex) == 0 && pthread_mutex_lock(&mutex) == 0);
    ready = true;
    assert(pthread_cond_signal(&condition) == 0);
    assert(pthread_mutex_unlock(&mutex) == 0 && pthread_mutex_unlock(&mutex) == 0);
  });
  assert(pthread_mutex_lock(&mutex) == 0);
  while (!ready) assert(pthread_cond_wait(&condition, &mutex) == 0);
  assert(pthread_mutex_unlock(&mutex) == 0);
}

}  // namespace

int main() {
  Refuses();
  DestroyedAfterBroadcast();
  RecursiveMutex();
  return 0;
}
