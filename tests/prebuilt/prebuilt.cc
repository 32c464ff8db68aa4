#include "tests/prebuilt/prebuilt.h"

#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <cstdio>

namespace {

pthread_mutex_t g_mutex = PTHREAD_MUTEX_INITIALIZER;
thread_local int g_calls = 0;
std::atomic<bool> g_claimed{false};
std::atomic<void (*)()> g_task{nullptr};
pthread_t g_worker;

void* RunTask(void*) {
  void (*task)();
  while ((task = g_task.load()) == nullptr) sched_yield();
  task();
  return nullptr;
}

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

double PrebuiltSum(const void*, long a, long b, long c, long d, long e, double k, double l,
                   double m, double n, double o, double p, double q, double r) {
  return static_cast<double>(a + 2 * b + 3 * c + 4 * d + 5 * e) + k + 2 * l + 3 * m + 4 * n +
         5 * o + 6 * p + 7 * q + 8 * r;
}

double PrebuiltSumOfMany(long a, long b, long c, long d, long e, long f, long g, long h, double k,
                         double l, double m, double n, double o, double p, double q, double r,
                         double s) {
  return static_cast<double>((a + b + c + d + e + f + g + h) * 17) + k + l + m + n + o + p + q + r +
         s;
}

bool PrebuiltClaims() {
  bool claimed = false;
  return g_claimed.compare_exchange_strong(claimed, true);
}

void* PrebuiltExchange(void** place, void* old, void* fresh) {
  std::atomic_ref(*place).compare_exchange_strong(old, fresh);
  return old;
}

void* PrebuiltLoad(void** place) { return std::atomic_ref(*place).load(); }

void PrebuiltStart() { pthread_create(&g_worker, nullptr, RunTask, nullptr); }
void PrebuiltHand(void (*task)()) { g_task.store(task); }
void PrebuiltStop() { pthread_join(g_worker, nullptr); }

PrebuiltPair PrebuiltPairOf(const void*, long first, long second) { return {first, second}; }

void PrebuiltThrow(const void*, int value) { throw value; }

}  // extern "C"
