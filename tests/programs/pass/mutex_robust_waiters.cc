// simulation only: with glibc 2.36 one of several waiters may sleep on for ever. The owner of a
// robust mutex ends while three threads wait for it.
#include <pthread.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <latch>
#include <thread>
#include <vector>

namespace {

void Make(pthread_mutex_t* mutex) {
  pthread_mutexattr_t attributes;
  assert(pthread_mutexattr_init(&attributes) == 0);
  assert(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0);
  assert(pthread_mutex_init(mutex, &attributes) == 0);
  assert(pthread_mutexattr_destroy(&attributes) == 0);
}

// The owner ends while others wait: one inherits, the others get what it makes of it.
void Waiters(bool repair) {
  pthread_mutex_t mutex;
  Make(&mutex);
  std::atomic<bool> locked{false};
  std::atomic<int> inherited{0};
  std::thread owner([&] {
    assert(pthread_mutex_lock(&mutex) == 0);
    locked = true;
  });
  std::latch all(3);  // nobody is woken by an heir's own end
  std::vector<std::jthread> heirs;
  for (int i = 0; i < 3; ++i) {
    heirs.emplace_back([&] {
      while (!locked) std::this_thread::yield();
      const int error = pthread_mutex_lock(&mutex);
      if (error == EOWNERDEAD) {
        assert(++inherited == 1);
        if (repair) assert(pthread_mutex_consistent(&mutex) == 0);
        assert(pthread_mutex_unlock(&mutex) == 0);
      } else {
        assert(inherited == 1 && error == (repair ? 0 : ENOTRECOVERABLE));
        if (repair) assert(pthread_mutex_unlock(&mutex) == 0);
      }
      all.arrive_and_wait();
    });
  }
  owner.join();
  heirs.clear();
  assert(inherited == 1);
  assert(pthread_mutex_destroy(&mutex) == 0);
}

}  // namespace

int main() {
  Waiters(true);
  Waiters(false);
  return 0;
}
