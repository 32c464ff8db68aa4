// A reader comes to a read-write lock that is destroyed already.
#include <pthread.h>

#include <thread>

int main() {
  pthread_rwlock_t lock;
  pthread_rwlock_init(&lock, nullptr);
  std::jthread reader([&] {
    pthread_rwlock_rdlock(&lock);
    pthread_rwlock_unlock(&lock);
  });
  pthread_rwlock_wrlock(&lock);
  pthread_rwlock_unlock(&lock);
  pthread_rwlock_destroy(&lock);
  return 0;
}
