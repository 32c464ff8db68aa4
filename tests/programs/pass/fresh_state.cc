// Everything that a program can leave behind, found fresh at each start: globals, statics with a
// heap, thread_locals, keys, rand, once flags, errno. Run again and again in one worker, it must
// not notice.
#include <pthread.h>

#include <cassert>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace {

int counter = 3;
std::map<std::string, int> ordered = {{"a", 1}, {"b", 2}};
std::vector<int*> leaked;
std::once_flag once;
pthread_once_t control = PTHREAD_ONCE_INIT;
pthread_key_t key;
bool key_made = false;
thread_local std::string local = "a string that needs the heap because it is long";
std::mutex left_locked;

std::unordered_map<int, std::string>& Lazy() {
  static std::unordered_map<int, std::string> map = {{1, "one"}};
  return map;
}

int RunOnce() {
  int ran = 0;
  std::call_once(once, [&] { ++ran; });
  static int by_pthread;
  by_pthread = 0;
  pthread_once(&control, [] { ++by_pthread; });
  return ran + by_pthread;
}

// What a worker changes without changing it back; the result depends on the order of threads.
void Disturb(int number) {
  counter = counter * 3 + number;
  local += std::to_string(std::rand() % 10);
  leaked.push_back(new int(number));
  errno = 1000 + number;
}

}  // namespace

int main() {
  assert(counter == 3 && ordered.size() == 2 && leaked.empty() && !key_made);
  assert(local.size() == 47 && Lazy().size() == 1);
  assert(RunOnce() == 2);
  assert(left_locked.try_lock());
  assert(pthread_key_create(&key, nullptr) == 0);
  key_made = true;
  assert(pthread_getspecific(key) == nullptr);
  assert(pthread_setspecific(key, &key) == 0);
  // The first number of an unseeded generator is the same in each process.
  static const int first = std::rand();
  assert(first == 1804289383);
  std::srand(42);

  std::mutex mutex;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 3; ++round) {
        std::lock_guard lock(mutex);
        Disturb(i);
        Lazy()[counter] = "more";
        ordered["c" + std::to_string(counter)] = i;
      }
    });
  }
  threads.clear();
  assert(leaked.size() == 9 && RunOnce() == 0);
  return 0;  // with left_locked locked, leaked not freed, the key not deleted
}
