// Thread attributes and names: a stack size is accepted and enough; names are kept per thread.
#include <pthread.h>

#include <cassert>
#include <cstring>

namespace {

void* UseStack(void* result) {
  // 100 KiB on a stack that was asked to have 128.
  volatile char bytes[100 << 10];
  for (size_t i = 0; i < sizeof bytes; i += 512) bytes[i] = 1;
  int sum = 0;
  for (size_t i = 0; i < sizeof bytes; i += 512) sum += bytes[i];
  *static_cast<int*>(result) = sum;

  assert(pthread_setname_np(pthread_self(), "stack-user") == 0);
  char name[16];
  assert(pthread_getname_np(pthread_self(), name, sizeof name) == 0);
  assert(std::strcmp(name, "stack-user") == 0);
  return nullptr;
}

}  // namespace

int main() {
  pthread_attr_t attributes;
  assert(pthread_attr_init(&attributes) == 0);
  assert(pthread_attr_setstacksize(&attributes, 128 << 10) == 0);
  size_t bytes = 0;
  assert(pthread_attr_getstacksize(&attributes, &bytes) == 0 && bytes == 128 << 10);
  pthread_t thread;
  int result = 0;
  assert(pthread_create(&thread, &attributes, UseStack, &result) == 0);
  assert(pthread_join(thread, nullptr) == 0);
  assert(result == 200);
  assert(pthread_attr_destroy(&attributes) == 0);
  return 0;
}
