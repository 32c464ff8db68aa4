// A condition variable is signalled after it was destroyed.
#include <pthread.h>

int main() {
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  pthread_cond_destroy(&condition);
  return pthread_cond_signal(&condition);
}
