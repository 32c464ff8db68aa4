// pthread keys: values per thread, destructors (again while they set values), deletion and reuse.
#include <limits.h>
#include <pthread.h>

#include <cassert>
#include <cerrno>
#include <thread>

namespace {

pthread_key_t key;
int destroyed = 0;

void Destroy(void* value) {
  ++destroyed;
  // Its value is null by now; setting it again asks for another round, a bounded number of times.
  assert(pthread_getspecific(key) == nullptr);
  if (value != &destroyed) return;
  assert(pthread_setspecific(key, value) == 0);
}

}  // namespace

int main() {
  assert(pthread_key_create(&key, Destroy) == 0);
  assert(pthread_getspecific(key) == nullptr);
  int mine = 1;
  assert(pthread_setspecific(key, &mine) == 0);

  for (int i = 0; i < 3; ++i) {
    destroyed = 0;
    std::thread([] {
      int theirs = 2;
      assert(pthread_getspecific(key) == nullptr);
      assert(pthread_setspecific(key, &theirs) == 0);
      assert(pthread_getspecific(key) == &theirs);
    }).join();
    assert(destroyed == 1);
  }
  std::thread([] { assert(pthread_getspecific(key) == nullptr); }).join();
  assert(destroyed == 1);
  assert(pthread_getspecific(key) == &mine);

  destroyed = 0;
  std::thread([] { assert(pthread_setspecific(key, &destroyed) == 0); }).join();
  assert(destroyed == PTHREAD_DESTRUCTOR_ITERATIONS);

  destroyed = 0;
  assert(pthread_key_delete(key) == 0);
  assert(pthread_key_delete(key) == EINVAL);
  pthread_key_t next;
  assert(pthread_key_create(&next, nullptr) == 0);
  assert(pthread_getspecific(next) == nullptr);
  assert(destroyed == 0);
  return 0;
}
