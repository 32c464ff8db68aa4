// A read-write lock is destroyed while a reader has it, unless that was quick.
#include <pthread.h>

#include <latch>
#include <thread>

int main() {
  pthread_rwlock_t lock;
  pthread_rwlock_init(&lock, nullptr);
  std::latch locked(1);
  std::jthread reader([&] {
    pthread_rwlock_rdlock(&lock);
    locked.count_down();
    pthread_rwlock_unlock(&lock);
  });
  locked.wait();
  pthread_rwlock_destroy(&lock);
  return 0;
}
