// Three are expected at a pthread_barrier_t, and two come.
#include <pthread.h>

#include <thread>

int main() {
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, 3);
  std::jthread other([&] { pthread_barrier_wait(&barrier); });
  pthread_barrier_wait(&barrier);
  return 0;
}
