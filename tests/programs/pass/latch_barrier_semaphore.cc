// std::latch, std::barrier with a completion, std::counting_semaphore.
#include <atomic>
#include <barrier>
#include <cassert>
#include <chrono>
#include <latch>
#include <semaphore>
#include <thread>
#include <vector>

namespace {

constexpr int kThreads = 4;

void Latch() {
  std::latch start(1);
  std::latch done(kThreads);
  std::atomic<int> ran{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      start.wait();
      ++ran;
      done.count_down();
    });
  }
  assert(!done.try_wait());
  assert(ran == 0);
  start.count_down();
  done.wait();
  assert(ran == kThreads && done.try_wait());
}

void Barrier() {
  int phase = 0;
  const auto complete = [&phase]() noexcept { ++phase; };
  std::barrier barrier(kThreads, complete);
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 1; round <= 3; ++round) {
        barrier.arrive_and_wait();
        // Nobody can complete the next phase before this thread has arrived at it.
        assert(phase == round);
      }
      if (i == 0) barrier.arrive_and_drop();
      if (i != 0) barrier.arrive_and_wait();
    });
  }
  threads.clear();
  assert(phase == 4);
}

// In turns: where others take and give places while an acquire of libstdc++ 12 looks for one, it
// may sleep for ever with a place free. weir found that here, in some executions of a million
// (gcc.gnu.org/PR98033).
void Semaphore() {
  std::counting_semaphore<2> ping(0);
  std::counting_semaphore<2> pong(0);
  int turn = 0;
  std::jthread other([&] {
    for (int i = 0; i < 3; ++i) {
      ping.acquire();
      assert(turn++ % 2 == 0);
      pong.release();
    }
  });
  for (int i = 0; i < 3; ++i) {
    ping.release();
    pong.acquire();
    assert(turn++ % 2 == 1);
  }
  std::counting_semaphore<2> places(2);
  assert(places.try_acquire() && places.try_acquire() && !places.try_acquire());
  assert(!places.try_acquire_for(std::chrono::milliseconds(3)));
  places.release(2);
  assert(places.try_acquire_for(std::chrono::hours(1)));
}

}  // namespace

int main() {
  Latch();
  Barrier();
  Semaphore();
  return 0;
}
