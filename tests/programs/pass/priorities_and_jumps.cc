// What the allow-list lets through asks the kernel for a few things itself: the range of
// priorities, and the set of blocked signals, which jumps keep.
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>

#include <cassert>
#include <cerrno>
#include <cstddef>
#include <thread>

namespace {

// The saved set is the first of its page, and nobody has written to that page before.
constexpr size_t kPage = 4096;
struct alignas(kPage) {
  char before[kPage - offsetof(__jmp_buf_tag, __saved_mask)];
  sigjmp_buf place;
} g_jump;

void Priorities() {
  assert(sched_get_priority_max(SCHED_FIFO) == 99 && sched_get_priority_min(SCHED_RR) == 1);
  assert(sched_get_priority_max(SCHED_OTHER) == 0);
  errno = 0;
  assert(sched_get_priority_min(77) == -1 && errno == EINVAL);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  sched_param parameters{};
  assert(pthread_attr_setschedparam(&attributes, &parameters) == 0);
  parameters.sched_priority = 50;
  assert(pthread_attr_setschedparam(&attributes, &parameters) == EINVAL);
  assert(pthread_attr_setschedpolicy(&attributes, SCHED_FIFO) == 0);
  assert(pthread_attr_setschedparam(&attributes, &parameters) == 0);
  pthread_attr_destroy(&attributes);
  pthread_mutexattr_t mutex;
  int ceiling = 0;
  pthread_mutexattr_init(&mutex);
  assert(pthread_mutexattr_setprioceiling(&mutex, 7) == 0);
  assert(pthread_mutexattr_getprioceiling(&mutex, &ceiling) == 0 && ceiling == 7);
  pthread_mutexattr_destroy(&mutex);
}

void Jumps() {
  static int times = 0;
  times = 0;
  if (sigsetjmp(g_jump.place, 1) == 0) {
    ++times;
    siglongjmp(g_jump.place, 1);
  }
  sigjmp_buf here;
  if (sigsetjmp(here, 1) < 3) siglongjmp(here, ++times);
  assert(times == 3);
}

}  // namespace

int main() {
  std::thread other(Jumps);
  Priorities();
  other.join();
}
