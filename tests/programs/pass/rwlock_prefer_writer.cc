// PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP: a writer that waits holds new readers back, until
// it has had the lock or its time is up.
#include <pthread.h>
#include <time.h>

#include <cassert>
#include <cerrno>
#include <thread>

namespace {

// `lock` prefers writers. Who sees that one waits will read what it wrote.
void TheWriterComesFirst(pthread_rwlock_t* lock) {
  int value = 0;
  assert(pthread_rwlock_rdlock(lock) == 0);
  std::thread writer([&] {
    assert(pthread_rwlock_wrlock(lock) == 0);
    value = 1;
    assert(pthread_rwlock_unlock(lock) == 0);
  });
  for (;;) {
    const int error = pthread_rwlock_tryrdlock(lock);
    assert(value == 0);
    if (error != 0) {
      assert(error == EBUSY);
      break;
    }
    assert(pthread_rwlock_unlock(lock) == 0);
    std::this_thread::yield();
  }
  assert(pthread_rwlock_unlock(lock) == 0);
  assert(pthread_rwlock_rdlock(lock) == 0);
  assert(value == 1);
  assert(pthread_rwlock_unlock(lock) == 0);
  writer.join();
}

void AWriterThatGivesUpHoldsNobodyBack(pthread_rwlock_t* lock) {
  assert(pthread_rwlock_rdlock(lock) == 0);
  std::thread writer([&] {
    timespec deadline;
    assert(clock_gettime(CLOCK_REALTIME, &deadline) == 0);
    deadline.tv_nsec += 2'000'000;
    deadline.tv_sec += deadline.tv_nsec / 1'000'000'000;
    deadline.tv_nsec %= 1'000'000'000;
    assert(pthread_rwlock_timedwrlock(lock, &deadline) == ETIMEDOUT);
  });
  std::thread reader([&] {
    assert(pthread_rwlock_rdlock(lock) == 0);
    assert(pthread_rwlock_unlock(lock) == 0);
  });
  writer.join();
  reader.join();
  assert(pthread_rwlock_unlock(lock) == 0);
}

}  // namespace

int main() {
  pthread_rwlock_t fixed = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
  TheWriterComesFirst(&fixed);

  pthread_rwlockattr_t attributes;
  assert(pthread_rwlockattr_init(&attributes) == 0);
  assert(pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP) ==
         0);
  pthread_rwlock_t made;
  assert(pthread_rwlock_init(&made, &attributes) == 0);
  TheWriterComesFirst(&made);
  AWriterThatGivesUpHoldsNobodyBack(&made);
  assert(pthread_rwlock_destroy(&made) == 0);
  assert(pthread_rwlockattr_destroy(&attributes) == 0);
  return 0;
}
