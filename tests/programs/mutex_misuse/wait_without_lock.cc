// pthread_cond_wait with a mutex that the caller does not hold.
#include <pthread.h>

int main() {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  pthread_cond_wait(&condition, &mutex);
  return 0;
}
