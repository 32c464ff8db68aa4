// Somebody waits at a barrier that is destroyed already.
#include <pthread.h>

#include <latch>
#include <thread>

int main() {
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, 2);
  std::latch destroyed(1);
  std::jthread late([&] {
    destroyed.wait();
    pthread_barrier_wait(&barrier);
  });
  pthread_barrier_destroy(&barrier);
  destroyed.count_down();
  return 0;
}
