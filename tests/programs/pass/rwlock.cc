// pthread_rwlock_t: a writer is alone, readers meet, and what each call answers when it can not
// have the lock.
#include <pthread.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <thread>
#include <vector>

namespace {

// Two readers hold the lock together, whatever the writers do.
void ReadersMeetAndWritersAreAlone() {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  pthread_barrier_t meeting;
  assert(pthread_barrier_init(&meeting, nullptr, 2) == 0);
  std::atomic<int> reading{0};
  std::atomic<int> writing{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&] {
        assert(pthread_rwlock_wrlock(&lock) == 0);
        assert(++writing == 1 && reading == 0);
        --writing;
        assert(pthread_rwlock_unlock(&lock) == 0);
      });
      threads.emplace_back([&] {
        assert(pthread_rwlock_rdlock(&lock) == 0);
        ++reading;
        assert(writing == 0);
        pthread_barrier_wait(&meeting);
        assert(writing == 0);
        --reading;
        assert(pthread_rwlock_unlock(&lock) == 0);
      });
    }
  }
  assert(pthread_barrier_destroy(&meeting) == 0);
  assert(pthread_rwlock_destroy(&lock) == 0);
}

void Answers() {
  pthread_rwlock_t lock;
  assert(pthread_rwlock_init(&lock, nullptr) == 0);
  assert(pthread_rwlock_wrlock(&lock) == 0);
  assert(pthread_rwlock_wrlock(&lock) == EDEADLK);
  assert(pthread_rwlock_rdlock(&lock) == EDEADLK);
  assert(pthread_rwlock_trywrlock(&lock) == EBUSY);
  assert(pthread_rwlock_tryrdlock(&lock) == EBUSY);
  std::thread([&] {
    assert(pthread_rwlock_trywrlock(&lock) == EBUSY);
    assert(pthread_rwlock_tryrdlock(&lock) == EBUSY);
  }).join();
  assert(pthread_rwlock_unlock(&lock) == 0);

  assert(pthread_rwlock_tryrdlock(&lock) == 0);
  assert(pthread_rwlock_rdlock(&lock) == 0);
  std::thread([&] {
    assert(pthread_rwlock_trywrlock(&lock) == EBUSY);
    assert(pthread_rwlock_tryrdlock(&lock) == 0);
    assert(pthread_rwlock_unlock(&lock) == 0);
  }).join();
  assert(pthread_rwlock_unlock(&lock) == 0);
  assert(pthread_rwlock_trywrlock(&lock) == EBUSY);
  assert(pthread_rwlock_unlock(&lock) == 0);
  assert(pthread_rwlock_trywrlock(&lock) == 0);
  assert(pthread_rwlock_unlock(&lock) == 0);
  assert(pthread_rwlock_destroy(&lock) == 0);
}

// A waiting writer does not keep a reader from locking once more.
void ReadersReadAgain() {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  int value = 0;
  assert(pthread_rwlock_rdlock(&lock) == 0);
  std::thread writer([&] {
    assert(pthread_rwlock_wrlock(&lock) == 0);
    value = 1;
    assert(pthread_rwlock_unlock(&lock) == 0);
  });
  assert(pthread_rwlock_rdlock(&lock) == 0);
  assert(value == 0);
  assert(pthread_rwlock_unlock(&lock) == 0 && pthread_rwlock_unlock(&lock) == 0);
  writer.join();
  assert(value == 1);
}

}  // namespace

int main() {
  ReadersMeetAndWritersAreAlone();
  Answers();
  ReadersReadAgain();
  return 0;
}
