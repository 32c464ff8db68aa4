// Producers and consumers at a bounded queue: everything arrives once, in order per producer.
#include <cassert>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace {

struct Item {
  int producer;
  int number;
};

class Queue {
 public:
  void Push(Item item) {
    std::unique_lock lock(mutex_);
    not_full_.wait(lock, [&] { return items_.size() < 2; });
    items_.push_back(item);
    not_empty_.notify_one();
  }
  Item Pop() {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [&] { return !items_.empty(); });
    const Item item = items_.front();
    items_.pop_front();
    not_full_.notify_one();
    return item;
  }

 private:
  std::mutex mutex_;
  std::condition_variable not_full_;
  std::condition_variable not_empty_;
  std::deque<Item> items_;
};

}  // namespace

int main() {
  constexpr int kProducers = 2;
  constexpr int kItems = 6;
  Queue queue;
  std::vector<std::jthread> threads;
  for (int producer = 0; producer < kProducers; ++producer) {
    threads.emplace_back([&queue, producer] {
      for (int number = 0; number < kItems; ++number) queue.Push({producer, number});
    });
  }
  int next[kProducers] = {};
  for (int i = 0; i < kProducers * kItems; ++i) {
    const Item item = queue.Pop();
    assert(item.number == next[item.producer]++);
  }
  return 0;
}
