// What `weir bench` runs: producers and consumers at a bounded queue, and threads that do nothing.
#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "sim/weir.h"

namespace {

// Eight places, so that producers and consumers both have to wait now and then.
class Queue {
 public:
  void Push(int item) {
    std::unique_lock lock(mutex_);
    not_full_.wait(lock, [this] { return size_ < items_.size(); });
    items_[(first_ + size_++) % items_.size()] = item;
    not_empty_.notify_one();
  }
  int Pop() {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [this] { return size_ > 0; });
    const int item = items_[first_];
    first_ = (first_ + 1) % items_.size();
    --size_;
    not_full_.notify_one();
    return item;
  }

 private:
  std::mutex mutex_;
  std::condition_variable not_full_;
  std::condition_variable not_empty_;
  std::array<int, 8> items_{};
  size_t first_ = 0;
  size_t size_ = 0;
};

}  // namespace

// Half of the threads push `items` items each, half pop as many; `share` threads at one queue.
WEIR_SCENARIO(producer_consumer, weir::Int("threads", 2, 128, 4), weir::Int("items", 1, 1000, 400),
              weir::Int("share", 2, 128, 4)) {
  const auto pairs = static_cast<int>(parameters["threads"] / 2);
  const auto pairs_per_queue = static_cast<size_t>(parameters["share"] / 2);
  const auto items = static_cast<int>(parameters["items"]);
  std::vector<Queue> queues((static_cast<size_t>(pairs) + pairs_per_queue - 1) / pairs_per_queue);
  std::vector<int64_t> sums(static_cast<size_t>(pairs));
  {
    std::vector<std::jthread> threads;
    for (int64_t& sum : sums) {
      Queue& queue = queues[static_cast<size_t>(&sum - sums.data()) / pairs_per_queue];
      threads.emplace_back([&queue, items] {
        for (int item = 0; item < items; ++item) queue.Push(item);
      });
      threads.emplace_back([&queue, &sum, items] {
        for (int i = 0; i < items; ++i) sum += queue.Pop();
      });
    }
  }
  int64_t total = 0;
  for (const int64_t sum : sums) total += sum;
  weir::Expect(total == int64_t{pairs} * items * (items - 1) / 2, "sum",
               [&] { return "the consumers' sum is " + std::to_string(total); });
}

// The fixed cost of an execution: `threads` threads that do nothing.
WEIR_SCENARIO(idle_threads, weir::Int("threads", 0, 200, 4)) {
  std::vector<std::jthread> threads(static_cast<size_t>(parameters["threads"]));
  for (std::jthread& thread : threads) thread = std::jthread([] {});
}
