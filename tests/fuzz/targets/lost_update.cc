// A counter that loses an update if somebody comes between a load and a store in one of many
// rounds.
#include <atomic>
#include <cassert>
#include <thread>

namespace {

std::atomic<int> count{0};
std::atomic<int> other{0};

void Work(int rounds) {
  for (int i = 0; i < rounds; ++i) {
    ++other;
    if (i == rounds - 2) {
      count.store(count.load() + 1);  // the mistake
    } else {
      ++count;
    }
  }
}

}  // namespace

int main() {
  std::thread one(Work, 20);
  std::thread two(Work, 20);
  one.join();
  two.join();
  assert(count == 40);
}
