// A semaphore that nobody posts.
#include <semaphore.h>

int main() {
  sem_t never;
  sem_init(&never, 0, 0);
  return sem_wait(&never);
}
