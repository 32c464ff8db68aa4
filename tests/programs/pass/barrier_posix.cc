// pthread_barrier_t: nobody passes before all are there, one of them is told, and the next round
// may begin at once.
#include <pthread.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <new>
#include <thread>
#include <vector>

namespace {

constexpr int kThreads = 3;
constexpr int kRounds = 3;

void Rounds() {
  pthread_barrier_t barrier;
  assert(pthread_barrier_init(&barrier, nullptr, kThreads) == 0);
  std::atomic<int> arrived{0};
  std::atomic<int> told[kRounds] = {};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < kRounds; ++round) {
          ++arrived;
          const int result = pthread_barrier_wait(&barrier);
          assert(result == 0 || result == PTHREAD_BARRIER_SERIAL_THREAD);
          if (result == PTHREAD_BARRIER_SERIAL_THREAD) ++told[round];
          assert(arrived >= (round + 1) * kThreads);
        }
      });
    }
  }
  for (const std::atomic<int>& count : told) assert(count == 1);
  assert(pthread_barrier_destroy(&barrier) == 0);
}

// Who is told may destroy it, although the others may not have run since.
void DestroyedAtOnce() {
  auto* const barrier = new pthread_barrier_t;
  assert(pthread_barrier_init(barrier, nullptr, 2) == 0);
  const auto meet = [barrier] {
    if (pthread_barrier_wait(barrier) != PTHREAD_BARRIER_SERIAL_THREAD) return;
    assert(pthread_barrier_destroy(barrier) == 0);
    delete barrier;
  };
  std::jthread one(meet);
  std::jthread two(meet);
}

}  // namespace

int main() {
  pthread_barrier_t barrier;
  assert(pthread_barrier_init(&barrier, nullptr, 0) == EINVAL);
  assert(pthread_barrier_init(&barrier, nullptr, 1) == 0);
  for (int i = 0; i < 2; ++i) {
    assert(pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD);
  }
  assert(pthread_barrier_destroy(&barrier) == 0);
  Rounds();
  DestroyedAtOnce();
  return 0;
}
