// A pthread_barrier_t is waited at that nobody has initialised.
#include <pthread.h>

int main() {
  static pthread_barrier_t barrier;
  return pthread_barrier_wait(&barrier);
}
