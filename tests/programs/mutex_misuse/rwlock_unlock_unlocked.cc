// A read-write lock is unlocked once too often.
#include <pthread.h>

int main() {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  pthread_rwlock_rdlock(&lock);
  pthread_rwlock_unlock(&lock);
  return pthread_rwlock_unlock(&lock);
}
