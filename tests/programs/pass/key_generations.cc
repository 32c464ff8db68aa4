// A key made again is null in every thread, though its number was used before; values die with
// their thread and not with their key; a destructor may set other keys; keys made by a constructor
// before main.
#include <pthread.h>

#include <cassert>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace {

int value = 0;
int destroyed = 0;
pthread_key_t early;
pthread_key_t first, second;

[[gnu::constructor]] void BeforeMain() {
  assert(pthread_key_create(&early, nullptr) == 0);
  assert(pthread_setspecific(early, &value) == 0);
}

void NewKeyIsNullEverywhere() {
  std::mutex mutex;
  std::condition_variable changed;
  int phase = 0;
  pthread_key_t key;
  assert(pthread_key_create(&key, [](void*) { ++destroyed; }) == 0);
  std::jthread other([&] {
    assert(pthread_setspecific(key, &value) == 0);
    std::unique_lock lock(mutex);
    phase = 1;
    changed.notify_all();
    changed.wait(lock, [&] { return phase == 2; });
    assert(pthread_getspecific(key) == nullptr);
  });
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return phase == 1; });
  const pthread_key_t old = key;
  assert(pthread_key_delete(key) == 0);
  assert(pthread_setspecific(old, &value) == EINVAL);
  // Keys are made until the old number comes again, as it does at once where the lowest is taken.
  std::vector<pthread_key_t> keys;
  do {
    keys.emplace_back();
    assert(pthread_key_create(&keys.back(), [](void*) { ++destroyed; }) == 0);
  } while (keys.back() != old);
  key = old;
  phase = 2;
  changed.notify_all();
  lock.unlock();
  other.join();
  assert(destroyed == 0);  // deleting a key calls no destructor, and the new one had no value
  for (const pthread_key_t made : keys) assert(pthread_key_delete(made) == 0);
}

// Threads in sequence are likely to get the same memory, and must not find each other's values
// there.
void ValuesDieWithTheirThread() {
  pthread_key_t key;
  assert(pthread_key_create(&key, nullptr) == 0);
  for (int i = 0; i < 3; ++i) {
    std::thread([key] {
      assert(pthread_getspecific(key) == nullptr);
      assert(pthread_setspecific(key, &value) == 0);
    }).join();
  }
  assert(pthread_key_delete(key) == 0);
}

// The destructor of the first key gives the second a value, whose turn comes in the next round.
void DestructorSetsAnother() {
  assert(pthread_key_create(&first, [](void*) {
           ++destroyed;
           assert(pthread_setspecific(second, &value) == 0);
         }) == 0);
  assert(pthread_key_create(&second, [](void*) { destroyed += 10; }) == 0);
  std::thread([] { assert(pthread_setspecific(first, &value) == 0); }).join();
  assert(destroyed == 11);
}

}  // namespace

int main() {
  assert(pthread_getspecific(early) == &value);
  std::thread([] { assert(pthread_getspecific(early) == nullptr); }).join();
  NewKeyIsNullEverywhere();
  ValuesDieWithTheirThread();
  DestructorSetsAnother();
  return 0;
}
