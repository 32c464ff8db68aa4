// A routine of pthread_once or std::call_once that is left by an exception or by pthread_exit comes
// before the attempt of the next thread, which may read and write what it wrote.
// memory points
#include <pthread.h>

#include <cassert>
#include <mutex>
#include <thread>

namespace {

std::once_flag thrown;
pthread_once_t left = PTHREAD_ONCE_INIT;
int throws = 0;
int exits = 0;

void Throw() {
  try {
    std::call_once(thrown, [] {
      if (++throws < 3) throw throws;
    });
    assert(throws == 3);
  } catch (int) {
  }
}

void Leave() {
  if (++exits < 2) pthread_exit(nullptr);
}

void* CallLeave(void*) {
  assert(pthread_once(&left, Leave) == 0);
  assert(exits == 2);
  return nullptr;
}

}  // namespace

int main() {
  { std::jthread first(Throw), second(Throw), third(Throw); }
  assert(throws == 3);
  pthread_t threads[2];
  for (pthread_t& thread : threads) {
    assert(pthread_create(&thread, nullptr, CallLeave, nullptr) == 0);
  }
  for (const pthread_t thread : threads) assert(pthread_join(thread, nullptr) == 0);
  assert(exits == 2);
  return 0;
}
