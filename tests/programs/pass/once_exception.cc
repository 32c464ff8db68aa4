// pthread_once left by an exception or by pthread_exit has not run: waiters take over. Different
// controls nest.
#include <pthread.h>

#include <atomic>
#include <cassert>
#include <thread>
#include <vector>

namespace {

pthread_once_t throwing = PTHREAD_ONCE_INIT;
pthread_once_t leaving = PTHREAD_ONCE_INIT;
pthread_once_t outer = PTHREAD_ONCE_INIT;
pthread_once_t inner = PTHREAD_ONCE_INIT;
std::atomic<int> attempts{0};
std::atomic<int> exits{0};
int nested = 0;

struct Refused {};

void Try() {
  std::this_thread::yield();
  if (++attempts < 3) throw Refused();
}

void Exceptions() {
  std::atomic<int> caught{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      try {
        assert(pthread_once(&throwing, Try) == 0);
        assert(attempts == 3);
      } catch (const Refused&) {
        ++caught;
      }
    });
  }
  threads.clear();
  assert(attempts == 3 && caught == 2);
}

void Leave() {
  std::this_thread::yield();
  if (++exits == 1) pthread_exit(nullptr);
}

void* CallLeave(void*) {
  assert(pthread_once(&leaving, Leave) == 0);
  assert(exits == 2);
  return &exits;
}

void ThreadExit() {
  pthread_t threads[2];
  for (pthread_t& thread : threads) {
    assert(pthread_create(&thread, nullptr, CallLeave, nullptr) == 0);
  }
  int returned = 0;
  for (const pthread_t thread : threads) {
    void* result = nullptr;
    assert(pthread_join(thread, &result) == 0);
    if (result == &exits) ++returned;
  }
  assert(exits == 2 && returned == 1);
}

}  // namespace

int main() {
  Exceptions();
  ThreadExit();
  assert(pthread_once(&outer, [] {
           assert(pthread_once(&inner, [] { ++nested; }) == 0);
           ++nested;
         }) == 0);
  assert(pthread_once(&inner, [] { ++nested; }) == 0);
  assert(nested == 2);
  return 0;
}
