// std::atomic wait and notify: of a 4-byte value (a futex on it) and of others (a futex beside it).
#include <atomic>
#include <cassert>
#include <cstdint>
#include <thread>
#include <vector>

namespace {

template <typename T>
void HandsOver() {
  std::atomic<T> turn{0};
  std::thread other([&] {
    for (T i = 0; i < 6; i += 2) {
      turn.wait(i);
      turn = static_cast<T>(i + 2);
      turn.notify_one();
    }
  });
  for (T i = 0; i < 6; i += 2) {
    turn = static_cast<T>(i + 1);
    turn.notify_one();
    turn.wait(static_cast<T>(i + 1));
  }
  other.join();
  assert(turn == 6);
}

void Flag() {
  std::atomic_flag flag;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { flag.wait(false); });
  flag.test_and_set();
  flag.notify_all();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

int main() {
  HandsOver<int>();
  HandsOver<uint8_t>();
  HandsOver<uint64_t>();
  Flag();
  return 0;
}
