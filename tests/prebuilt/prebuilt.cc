#include "tests/prebuilt/prebuilt.h"

#include <pthread.h>

#include <cstdio>

namespace {

pthread_mutex_t g_mutex = PTHREAD_MUTEX_INITIALIZER;
thread_local int g_calls = 0;

}  // namespace

extern "C" {

int PrebuiltLock() { return pthread_mutex_lock(&g_mutex); }
int PrebuiltUnlock() { return pthread_mutex_unlock(&g_mutex); }
int PrebuiltCallsOfThread() { return ++g_calls; }

bool PrebuiltTouchesFile(const char* path) {
  std::FILE* const file = std::fopen(path, "r");
  if (file == nullptr) return false;
  std::fclose(file);
  return true;
}

}  // extern "C"
