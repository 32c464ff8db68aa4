// The queue alone, used as its manual says: one thread puts numbers in, two take them out. With its
// memory accesses watched, weir reports a data race in the queue of Debian 12 (1.0.3); see
// README.md.
#include <concurrentqueue/concurrentqueue.h>

#include <atomic>
#include <thread>

int main() {
  constexpr int kNumbers = 80;                // more than two of its blocks
  moodycamel::ConcurrentQueue<int> queue(0);  // none of them before it is needed
  std::atomic<int> left{kNumbers};
  const auto consume = [&queue, &left] {
    int number = 0;
    while (left > 0) {
      if (queue.try_dequeue(number)) {
        --left;
      } else {
        std::this_thread::yield();
      }
    }
  };
  std::thread first(consume), second(consume);
  for (int i = 0; i < kNumbers; ++i) queue.enqueue(i);
  first.join();
  second.join();
}
