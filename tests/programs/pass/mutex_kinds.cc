// pthread mutexes of each kind, and what POSIX says each returns.
#include <pthread.h>

#include <cassert>
#include <cerrno>
#include <thread>

namespace {

pthread_mutex_t MakeMutex(int kind) {
  pthread_mutexattr_t attributes;
  assert(pthread_mutexattr_init(&attributes) == 0);
  assert(pthread_mutexattr_settype(&attributes, kind) == 0);
  pthread_mutex_t mutex;
  assert(pthread_mutex_init(&mutex, &attributes) == 0);
  assert(pthread_mutexattr_destroy(&attributes) == 0);
  return mutex;
}

void Normal() {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  assert(pthread_mutex_lock(&mutex) == 0);
  assert(pthread_mutex_trylock(&mutex) == EBUSY);
  std::thread([&] { assert(pthread_mutex_trylock(&mutex) == EBUSY); }).join();
  assert(pthread_mutex_unlock(&mutex) == 0);
  std::thread([&] {
    assert(pthread_mutex_trylock(&mutex) == 0);
    assert(pthread_mutex_unlock(&mutex) == 0);
  }).join();
  assert(pthread_mutex_destroy(&mutex) == 0);
}

void Recursive() {
  pthread_mutex_t mutex = MakeMutex(PTHREAD_MUTEX_RECURSIVE);
  for (int i = 0; i < 3; ++i) assert(pthread_mutex_lock(&mutex) == 0);
  assert(pthread_mutex_trylock(&mutex) == 0);
  for (int i = 0; i < 4; ++i) {
    std::thread([&] { assert(pthread_mutex_trylock(&mutex) == EBUSY); }).join();
    assert(pthread_mutex_unlock(&mutex) == 0);
  }
  std::thread([&] {
    assert(pthread_mutex_trylock(&mutex) == 0);
    assert(pthread_mutex_unlock(&mutex) == 0);
  }).join();
  assert(pthread_mutex_destroy(&mutex) == 0);
}

void ErrorCheck() {
  pthread_mutex_t mutex = MakeMutex(PTHREAD_MUTEX_ERRORCHECK);
  assert(pthread_mutex_unlock(&mutex) == EPERM);
  assert(pthread_mutex_lock(&mutex) == 0);
  assert(pthread_mutex_lock(&mutex) == EDEADLK);
  std::thread([&] { assert(pthread_mutex_unlock(&mutex) == EPERM); }).join();
  assert(pthread_mutex_unlock(&mutex) == 0);
  assert(pthread_mutex_destroy(&mutex) == 0);
}

// Two threads add under each kind of mutex.
void Excludes(int kind) {
  pthread_mutex_t mutex = MakeMutex(kind);
  int count = 0;
  const auto add = [&] {
    for (int i = 0; i < 5; ++i) {
      assert(pthread_mutex_lock(&mutex) == 0);
      const int before = count;
      std::this_thread::yield();
      count = before + 1;
      assert(pthread_mutex_unlock(&mutex) == 0);
    }
  };
  std::thread other(add);
  add();
  other.join();
  assert(count == 10);
  assert(pthread_mutex_destroy(&mutex) == 0);
}

}  // namespace

int main() {
  Normal();
  Recursive();
  ErrorCheck();
  Excludes(PTHREAD_MUTEX_NORMAL);
  Excludes(PTHREAD_MUTEX_RECURSIVE);
  Excludes(PTHREAD_MUTEX_ERRORCHECK);
  return 0;
}
