// 99 threads write two places, always alike; one more looks at both, and must come between the two
// writes of whoever is first. One program for plain memory, one for atomics.
#ifndef WEIR_TESTS_CLI_TARGETS_MANY_WRITERS_H_
#define WEIR_TESTS_CLI_TARGETS_MANY_WRITERS_H_

#include <pthread.h>

#include <cassert>

template <typename Int>
struct ManyWriters {
  static inline Int left = 0;
  static inline Int right = 0;

  static void* Write(void*) {
    left = 1;
    right = -1;
    return nullptr;
  }

  static void* Look(void*) {
    assert((left == 0 && right == 0) || (left == 1 && right == -1));
    return nullptr;
  }

  static void Run() {
    pthread_t threads[100];
    for (pthread_t& thread : threads) {
      pthread_create(&thread, nullptr, &thread == threads + 99 ? Look : Write, nullptr);
    }
    for (const pthread_t thread : threads) pthread_join(thread, nullptr);
  }
};

#endif  // WEIR_TESTS_CLI_TARGETS_MANY_WRITERS_H_
