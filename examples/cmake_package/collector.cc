// Threads that measure, and one that collects what they measured, until they are done.
#include <concurrentqueue/concurrentqueue.h>

#include <atomic>
#include <cassert>
#include <cstdio>
#include <thread>
#include <vector>

namespace {

constexpr int kThreads = 2;
constexpr int kMeasurements = 3;  // of each thread

class Collector {
 public:
  void Measure(int value) { queue_.enqueue(value); }
  // No Measure() comes after this.
  void Finish() { done_ = true; }

  // Sums up all of it.
  int Collect() {
    int sum = 0;
    while (true) {
#ifdef FIXED
      const bool done = done_;  // what came before it is in the queue
#endif
      int value = 0;
      if (queue_.try_dequeue(value)) {
        sum += value;
        continue;
      }
#ifndef FIXED
      const bool done = done_;
#endif
      if (done) return sum;
      std::this_thread::yield();
    }
  }

 private:
  moodycamel::ConcurrentQueue<int> queue_;
  std::atomic<bool> done_{false};
};

}  // namespace

int main() {
  Collector collector;
  int sum = 0;
  std::thread collecting([&] { sum = collector.Collect(); });
  std::vector<std::thread> measuring;
  for (int i = 0; i < kThreads; ++i) {
    measuring.emplace_back([&collector] {
      for (int n = 0; n < kMeasurements; ++n) collector.Measure(1);
    });
  }
  for (std::thread& thread : measuring) thread.join();
  collector.Finish();
  collecting.join();
  std::printf("%d of %d measurements collected\n", sum, kThreads * kMeasurements);
  assert(sum == kThreads * kMeasurements);
}
