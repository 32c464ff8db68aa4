// exam: bounded buffer with notify_one
// Producers and consumers wait on one condition variable, and each step wakes one thread: it may be
// one of the same kind, which finds nothing to do and hands the wake-up to nobody.
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace {

class Buffer {
 public:
  void Put() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return items_ < kCapacity; });
    ++items_;
    changed_.notify_one();
  }
  void Take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return items_ > 0; });
    --items_;
    changed_.notify_one();
  }

 private:
  static constexpr int kCapacity = 1;
  std::mutex mutex_;
  std::condition_variable changed_;
  int items_ = 0;
};

}  // namespace

int main() {
  Buffer buffer;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 2; ++n) buffer.Put();
    });
    threads.emplace_back([&] {
      for (int n = 0; n < 2; ++n) buffer.Take();
    });
  }
  return 0;
}
