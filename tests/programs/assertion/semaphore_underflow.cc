// exam: semaphore underflow
// A semaphore of one's own: the count is looked at, and then taken down, in two steps. Two that see
// the last unit both take it.
#include <atomic>
#include <cassert>
#include <thread>

namespace {

class Semaphore {
 public:
  explicit Semaphore(int units) : units_(units) {}
  bool TryWait() {
    if (units_.load() <= 0) return false;
    units_.fetch_sub(1);
    return true;
  }
  void Post() { units_.fetch_add(1); }
  int units() const { return units_.load(); }

 private:
  std::atomic<int> units_;
};

}  // namespace

int main() {
  Semaphore semaphore(1);
  const auto use = [&] {
    if (!semaphore.TryWait()) return;
    assert(semaphore.units() >= 0);
    semaphore.Post();
  };
  std::thread first(use);
  std::thread second(use);
  use();
  first.join();
  second.join();
  return 0;
}
