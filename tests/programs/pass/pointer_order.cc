// What is done depends on the order of pointers: of globals, of functions, on the heap, on stacks,
// of thread-locals, in shared memory. Addresses must be the same in every process.
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <set>
#include <thread>
#include <unordered_set>

namespace {

std::atomic<int> counter{0};
int globals[4];
thread_local int local;

// As many points, and of such results, as the order of the addresses says.
void Walk(const std::unordered_set<const void*>& set) {
  int place = 0;
  for (const void* pointer : set) {
    ++place;
    const auto bits = reinterpret_cast<uintptr_t>(pointer) >> 4;
    for (uintptr_t i = 0; i < (bits ^ bits >> 8) % 4; ++i) counter.fetch_add(place);
  }
}

}  // namespace

int main() {
  const int fd = memfd_create("shared", 0);
  void* shared = MAP_FAILED;
  if (ftruncate(fd, 4096) == 0) {
    shared = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  }
  const auto work = [shared] {
    int on_stack[3];
    std::set<int*> ordered;
    std::unordered_set<const void*> hashed = {&local, shared, &counter,
                                              reinterpret_cast<const void*>(&Walk)};
    for (int i = 0; i < 8; ++i) ordered.insert(new int(i));
    for (int* pointer : ordered) {
      hashed.insert(pointer);
      counter.fetch_add(*pointer);
    }
    for (const int& variable : on_stack) hashed.insert(&variable);
    for (const int& variable : globals) hashed.insert(&variable);
    Walk(hashed);
    for (int* pointer : ordered) delete pointer;
  };
  std::jthread one(work), two(work);
  work();
  return 0;
}
