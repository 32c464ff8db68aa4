// A thread unlocks what another one has locked for writing.
#include <pthread.h>

#include <thread>

int main() {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  pthread_rwlock_wrlock(&lock);
  std::thread([&] { pthread_rwlock_unlock(&lock); }).join();
  return 0;
}
