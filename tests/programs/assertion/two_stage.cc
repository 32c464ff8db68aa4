// exam: two-stage
// Two values belong together, each is guarded by a mutex of its own, and they are set one after the
// other. Who reads them in between sees the first without the second.
#include <cassert>
#include <mutex>
#include <thread>
#include <vector>

int main() {
  std::mutex first_mutex;
  std::mutex second_mutex;
  int first = 0;
  int second = 0;
  const auto write = [&] {
    int set;
    {
      const std::lock_guard lock(first_mutex);
      first = set = 1;
    }
    const std::lock_guard lock(second_mutex);
    second = set + 1;
  };
  const auto read = [&] {
    int seen;
    {
      const std::lock_guard lock(first_mutex);
      if (first == 0) return;  // not begun
      seen = first;
    }
    const std::lock_guard lock(second_mutex);
    assert(second == seen + 1);
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < 2; ++i) threads.emplace_back(write);
  threads.emplace_back(read);
  return 0;
}
