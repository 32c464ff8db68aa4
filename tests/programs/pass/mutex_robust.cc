// Robust mutexes: the next owner learns that the last one has ended, and repairs the mutex or gives
// it up; so does who waits for it.
#include <pthread.h>
#include <time.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <thread>

namespace {

constexpr timespec kPast = {.tv_sec = 1, .tv_nsec = 0};

void Make(pthread_mutex_t* mutex, int kind) {
  pthread_mutexattr_t attributes;
  assert(pthread_mutexattr_init(&attributes) == 0);
  assert(pthread_mutexattr_settype(&attributes, kind) == 0);
  assert(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0);
  assert(pthread_mutex_init(mutex, &attributes) == 0);
  assert(pthread_mutexattr_destroy(&attributes) == 0);
}

void LockAndEnd(pthread_mutex_t* mutex) {
  std::thread([mutex] { assert(pthread_mutex_lock(mutex) == 0); }).join();
}

void Repaired(int kind) {
  pthread_mutex_t mutex;
  Make(&mutex, kind);
  assert(pthread_mutex_lock(&mutex) == 0);
  assert(pthread_mutex_consistent(&mutex) == EINVAL);
  assert(pthread_mutex_unlock(&mutex) == 0);
  assert(pthread_mutex_unlock(&mutex) == EPERM);
  LockAndEnd(&mutex);
  assert(pthread_mutex_lock(&mutex) == EOWNERDEAD);
  std::thread([&] {
    assert(pthread_mutex_trylock(&mutex) == EBUSY);
    assert(pthread_mutex_timedlock(&mutex, &kPast) == ETIMEDOUT);
    assert(pthread_mutex_unlock(&mutex) == EPERM);
  }).join();
  if (kind == PTHREAD_MUTEX_RECURSIVE) {
    assert(pthread_mutex_lock(&mutex) == 0);
    pthread_mutex_unlock(&mutex);  // one level; glibc says ESRCH
  }
  assert(pthread_mutex_consistent(&mutex) == 0);
  assert(pthread_mutex_unlock(&mutex) == 0);
  LockAndEnd(&mutex);
  assert(pthread_mutex_trylock(&mutex) == EOWNERDEAD);
  // Who has it and ends without having repaired it leaves it as it was.
  assert(pthread_mutex_consistent(&mutex) == 0 && pthread_mutex_unlock(&mutex) == 0);
  LockAndEnd(&mutex);
  std::thread([&] { assert(pthread_mutex_lock(&mutex) == EOWNERDEAD); }).join();
  assert(pthread_mutex_timedlock(&mutex, &kPast) == EOWNERDEAD);
  assert(pthread_mutex_consistent(&mutex) == 0 && pthread_mutex_unlock(&mutex) == 0);
  assert(pthread_mutex_lock(&mutex) == 0 && pthread_mutex_unlock(&mutex) == 0);
  assert(pthread_mutex_destroy(&mutex) == 0);
}

void GivenUp() {
  pthread_mutex_t mutex;
  Make(&mutex, PTHREAD_MUTEX_NORMAL);
  LockAndEnd(&mutex);
  assert(pthread_mutex_lock(&mutex) == EOWNERDEAD);
  assert(pthread_mutex_unlock(&mutex) == 0);
  assert(pthread_mutex_lock(&mutex) == ENOTRECOVERABLE);
  assert(pthread_mutex_timedlock(&mutex, &kPast) == ENOTRECOVERABLE);
  assert(pthread_mutex_unlock(&mutex) == EPERM);
  assert(pthread_mutex_consistent(&mutex) == EINVAL);
  // Last: glibc leaves it locked.
  assert(pthread_mutex_trylock(&mutex) == ENOTRECOVERABLE);
  assert(pthread_mutex_destroy(&mutex) == 0);
}

// The owner ends while another thread waits. (Several: mutex_robust_waiters.cc.)
void Waiter() {
  pthread_mutex_t mutex;
  Make(&mutex, PTHREAD_MUTEX_NORMAL);
  std::atomic<bool> locked{false};
  std::thread owner([&] {
    assert(pthread_mutex_lock(&mutex) == 0);
    locked = true;
  });
  while (!locked) std::this_thread::yield();
  assert(pthread_mutex_lock(&mutex) == EOWNERDEAD);
  assert(pthread_mutex_consistent(&mutex) == 0);
  assert(pthread_mutex_unlock(&mutex) == 0);
  owner.join();
  assert(pthread_mutex_destroy(&mutex) == 0);
}

void Conditions() {
  pthread_mutex_t mutex;
  Make(&mutex, PTHREAD_MUTEX_NORMAL);
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  bool ready = false;
  assert(pthread_mutex_lock(&mutex) == 0);
  std::thread signaller([&] {
    assert(pthread_mutex_lock(&mutex) == 0);
    ready = true;
    assert(pthread_cond_signal(&condition) == 0);
  });
  int error = 0;
  while (error == 0) error = pthread_cond_wait(&condition, &mutex);
  assert(error == EOWNERDEAD && ready);
  signaller.join();
  // To wait with a mutex that is not repaired gives it up.
  assert(pthread_cond_timedwait(&condition, &mutex, &kPast) == ENOTRECOVERABLE);
  assert(pthread_mutex_destroy(&mutex) == 0 && pthread_cond_destroy(&condition) == 0);
}

}  // namespace

int main() {
  for (const int kind : {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ERRORCHECK}) {
    Repaired(kind);
  }
  GivenUp();
  Waiter();
  Conditions();
  return 0;
}
