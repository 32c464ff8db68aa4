// The second of two who meet destroys the barrier, and the first waits at it once more.
#include <pthread.h>

#include <thread>

int main() {
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, 2);
  std::jthread twice([&] {
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
  });
  pthread_barrier_wait(&barrier);
  pthread_barrier_destroy(&barrier);
  return 0;
}
