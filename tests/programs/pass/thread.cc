// std::thread: arguments, results, identity, moving, join.
#include <cassert>
#include <string>
#include <thread>
#include <vector>

int main() {
  std::vector<int> results(8);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back(
        [&results](int index, const std::string& text) {
          results[index] = index + static_cast<int>(text.size());
        },
        i, std::string(i, 'x'));
  }
  for (size_t i = 0; i < threads.size(); ++i) {
    for (size_t j = 0; j < i; ++j) assert(threads[i].get_id() != threads[j].get_id());
  }
  std::thread moved = std::move(threads[3]);
  assert(!threads[3].joinable() && moved.joinable());
  threads[3] = std::move(moved);
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < 8; ++i) assert(results[i] == 2 * i);

  std::thread::id inside;
  std::thread last([&] { inside = std::this_thread::get_id(); });
  const std::thread::id outside = last.get_id();
  last.join();
  assert(inside == outside && inside != std::this_thread::get_id());
  return 0;
}
