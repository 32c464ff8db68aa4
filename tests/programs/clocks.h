// What programs that wait until a time share.
#ifndef WEIR_TESTS_PROGRAMS_CLOCKS_H_
#define WEIR_TESTS_PROGRAMS_CLOCKS_H_

#include <time.h>

#include <cassert>
#include <cstdint>

// Nanoseconds since the clock's beginning.
inline int64_t Read(clockid_t clock) {
  timespec time;
  assert(clock_gettime(clock, &time) == 0);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

inline timespec At(int64_t nanoseconds) {
  return {.tv_sec = nanoseconds / 1'000'000'000, .tv_nsec = nanoseconds % 1'000'000'000};
}

#endif  // WEIR_TESTS_PROGRAMS_CLOCKS_H_
