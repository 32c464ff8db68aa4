// std::call_once and pthread_once: run once, nobody passes before it has run; an exception lets the
// next caller try.
#include <pthread.h>

#include <atomic>
#include <cassert>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

std::once_flag flag;
pthread_once_t control = PTHREAD_ONCE_INIT;
std::atomic<int> calls{0};
int value = 0;

void CallOnce() {
  std::atomic<int> attempts{0};
  std::atomic<int> thrown{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      try {
        std::call_once(flag, [&] {
          if (attempts++ == 0) throw std::runtime_error("the first attempt fails");
          std::this_thread::yield();
          value = 7;
        });
        assert(value == 7);
      } catch (const std::runtime_error&) {
        ++thrown;
      }
    });
  }
  threads.clear();
  assert(attempts == 2 && thrown == 1);
}

void PthreadOnce() {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      assert(pthread_once(&control, [] {
               std::this_thread::yield();
               ++calls;
             }) == 0);
      assert(calls == 1);
    });
  }
}

}  // namespace

int main() {
  CallOnce();
  PthreadOnce();
  assert(calls == 1);
  return 0;
}
