// Random numbers as POSIX defines them, ids, processors, and a random_device that gives numbers.
#include <sched.h>
#include <sys/random.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <set>
#include <thread>
#include <vector>

namespace {

std::vector<long> Draw(long (*next)(), int count) {
  std::vector<long> numbers;
  for (int i = 0; i < count; ++i) numbers.push_back(next());
  return numbers;
}

// Unseeded is seeded with 1; a seed gives its sequence; rand and random are one generator in glibc.
void Sequences() {
  const auto unseeded = Draw(random, 5);
  srandom(1);
  assert(Draw(random, 5) == unseeded);
  srand(7);
  const int by_rand = rand();
  srandom(7);
  assert(random() == by_rand && by_rand >= 0 && by_rand <= RAND_MAX);
  srand(8);
  assert(rand() != by_rand);

  srand48(5);
  const auto longs = Draw(lrand48, 4);
  srand48(5);
  assert(Draw(lrand48, 4) == longs && mrand48() != longs[0]);
  const double fraction = drand48();
  assert(fraction >= 0.0 && fraction < 1.0);
  unsigned state = 3;
  const int reentrant = rand_r(&state);
  state = 3;
  assert(rand_r(&state) == reentrant);
}

void Entropy() {
  uint64_t first = 0, second = 0;
  assert(getrandom(&first, sizeof first, 0) == sizeof first);
  assert(getrandom(&second, sizeof second, 0) == sizeof second && first != second);
  assert(getentropy(&second, sizeof second) == 0 && first != second);
  char many[257];
  assert(getentropy(many, sizeof many) == -1 && errno == EIO);
  std::random_device device;
  std::set<unsigned> numbers;
  for (int i = 0; i < 8; ++i) numbers.insert(device());
  assert(numbers.size() >= 6);
}

void Ids() {
  assert(getpid() > 1 && getppid() >= 0 && gettid() == getpid());
  std::set<pid_t> ids = {gettid()};
  for (int i = 0; i < 3; ++i) {
    std::thread([&] {
      ids.insert(gettid());
      assert(gettid() != getpid());
    }).join();
  }
  assert(ids.size() >= 2);
}

void Machine() {
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  assert(online >= 1 && sysconf(_SC_NPROCESSORS_CONF) >= online && get_nprocs() == online);
  assert(sysconf(_SC_PAGESIZE) == 4096 && getpagesize() == 4096);
  assert(std::thread::hardware_concurrency() >= 1);
  cpu_set_t set;
  assert(sched_getaffinity(0, sizeof set, &set) == 0);
  assert(CPU_COUNT(&set) >= 1 && CPU_COUNT(&set) <= online);
  assert(sched_getcpu() >= 0);
}

void Folder() {
  char path[4096];
  assert(getcwd(path, sizeof path) == path && path[0] == '/');
  assert(getcwd(path, 1) == nullptr && errno == ERANGE);
  assert(getcwd(path, 0) == nullptr && errno == EINVAL);
  char* const allocated = getcwd(nullptr, 0);
  assert(allocated != nullptr && allocated[0] == '/');
  std::free(allocated);
}

}  // namespace

int main() {
  Sequences();
  Entropy();
  Ids();
  Machine();
  Folder();
  assert(std::getenv("a variable that nobody sets") == nullptr);
  assert(isatty(-1) == 0);
  return 0;
}
