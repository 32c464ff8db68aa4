// sem_t: wait, trywait, timedwait, post, getvalue.
#include <semaphore.h>

#include <cassert>
#include <cerrno>
#include <ctime>
#include <thread>
#include <vector>

int main() {
  sem_t items;
  sem_t space;
  assert(sem_init(&items, 0, 0) == 0);
  assert(sem_init(&space, 0, 2) == 0);
  int value = -1;
  assert(sem_getvalue(&space, &value) == 0 && value == 2);
  assert(sem_trywait(&items) == -1 && errno == EAGAIN);

  std::vector<int> queue;
  std::thread producer([&] {
    for (int i = 0; i < 6; ++i) {
      assert(sem_wait(&space) == 0);
      assert(sem_post(&items) == 0);
    }
  });
  for (int i = 0; i < 6; ++i) {
    assert(sem_wait(&items) == 0);
    assert(sem_post(&space) == 0);
  }
  producer.join();
  assert(sem_getvalue(&items, &value) == 0 && value == 0);
  assert(sem_getvalue(&space, &value) == 0 && value == 2);

  timespec deadline;
  assert(clock_gettime(CLOCK_REALTIME, &deadline) == 0);
  deadline.tv_nsec += 5'000'000;
  deadline.tv_sec += deadline.tv_nsec / 1'000'000'000;
  deadline.tv_nsec %= 1'000'000'000;
  assert(sem_timedwait(&items, &deadline) == -1 && errno == ETIMEDOUT);
  std::thread poster([&] { assert(sem_post(&items) == 0); });
  // An hour is enough for any poster but a very slow one.
  do {
    deadline.tv_sec += 3600;
    errno = 0;
  } while (sem_timedwait(&items, &deadline) != 0 && errno == ETIMEDOUT);
  assert(errno == 0);
  poster.join();
  assert(sem_destroy(&items) == 0 && sem_destroy(&space) == 0);
  return 0;
}
