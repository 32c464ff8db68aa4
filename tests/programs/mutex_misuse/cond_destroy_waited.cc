// A condition variable is destroyed while somebody waits for it.
#include <pthread.h>

#include <thread>

int main() {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  bool waiting = false;
  std::jthread waiter([&] {
    pthread_mutex_lock(&mutex);
    waiting = true;
    pthread_cond_wait(&condition, &mutex);
    pthread_mutex_unlock(&mutex);
  });
  for (bool seen = false; !seen; std::this_thread::yield()) {
    pthread_mutex_lock(&mutex);
    seen = waiting;
    pthread_mutex_unlock(&mutex);
  }
  return pthread_cond_destroy(&condition);
}
