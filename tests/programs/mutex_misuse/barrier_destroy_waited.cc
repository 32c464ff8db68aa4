// A barrier is destroyed while somebody waits at it.
#include <pthread.h>

#include <thread>

int main() {
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, 2);
  std::jthread early([&] { pthread_barrier_wait(&barrier); });
  std::this_thread::yield();
  pthread_barrier_destroy(&barrier);
  return 0;
}
