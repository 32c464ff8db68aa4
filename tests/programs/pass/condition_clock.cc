// pthread_cond_timedwait on the clock that its attributes name.
#include <pthread.h>

#include <cassert>
#include <cerrno>
#include <ctime>

namespace {

timespec After(clockid_t clock, long milliseconds) {
  timespec time;
  assert(clock_gettime(clock, &time) == 0);
  time.tv_nsec += milliseconds * 1'000'000;
  time.tv_sec += time.tv_nsec / 1'000'000'000;
  time.tv_nsec %= 1'000'000'000;
  return time;
}

bool Before(const timespec& a, const timespec& b) {
  return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

void TimesOutOn(clockid_t clock) {
  pthread_condattr_t attributes;
  assert(pthread_condattr_init(&attributes) == 0);
  assert(pthread_condattr_setclock(&attributes, clock) == 0);
  pthread_cond_t condition;
  assert(pthread_cond_init(&condition, &attributes) == 0);
  assert(pthread_condattr_destroy(&attributes) == 0);
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  assert(pthread_mutex_lock(&mutex) == 0);
  const timespec deadline = After(clock, 5);
  int status = 0;
  while (status == 0) status = pthread_cond_timedwait(&condition, &mutex, &deadline);
  assert(status == ETIMEDOUT);
  assert(!Before(After(clock, 0), deadline));
  // The mutex is held again.
  assert(pthread_mutex_trylock(&mutex) == EBUSY);
  assert(pthread_mutex_unlock(&mutex) == 0);
  assert(pthread_cond_destroy(&condition) == 0);
}

}  // namespace

int main() {
  TimesOutOn(CLOCK_REALTIME);
  TimesOutOn(CLOCK_MONOTONIC);
  return 0;
}
