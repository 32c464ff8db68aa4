// pthread_self, pthread_equal, gettid, getpid; results of pthread_join and pthread_exit.
#include <pthread.h>
#include <sys/types.h>
#include <unistd.h>

#include <cassert>
#include <cstdint>

namespace {

struct Report {
  pthread_t self;
  pid_t thread;
  pid_t process;
  bool exits;
};

void* Run(void* argument) {
  auto& report = *static_cast<Report*>(argument);
  report.self = pthread_self();
  report.thread = gettid();
  report.process = getpid();
  if (report.exits) pthread_exit(&report.thread);
  return &report.process;
}

}  // namespace

int main() {
  Report reports[2] = {{.exits = false}, {.exits = true}};
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i) {
    assert(pthread_create(&threads[i], nullptr, Run, &reports[i]) == 0);
  }
  void* results[2];
  for (int i = 0; i < 2; ++i) assert(pthread_join(threads[i], &results[i]) == 0);
  assert(results[0] == &reports[0].process && results[1] == &reports[1].thread);
  for (int i = 0; i < 2; ++i) {
    assert(pthread_equal(reports[i].self, threads[i]));
    assert(!pthread_equal(reports[i].self, pthread_self()));
    assert(reports[i].process == getpid());
    assert(reports[i].thread != gettid());
  }
  assert(pthread_equal(pthread_self(), pthread_self()));
  assert(gettid() == getpid());
  return 0;
}
