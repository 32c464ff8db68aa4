// A point in time until which a call may wait, on CLOCK_MONOTONIC of this process.
//
// "Infinite" is a value like any other: no call takes "0 means for ever", and an infinite wait
// reads no clock. Deadlines never travel between processes, since their clocks may differ; what
// remains of one does.

#ifndef FENCE_DEADLINE_H_
#define FENCE_DEADLINE_H_

#include <time.h>

#include <chrono>
#include <cstdint>
#include <limits>

namespace fence {

// Nanoseconds on CLOCK_MONOTONIC.
int64_t MonotonicNow();

class Deadline {
 public:
  static constexpr int64_t kInfiniteNs = std::numeric_limits<int64_t>::max();

  static Deadline Infinite() { return Deadline(kInfiniteNs); }
  static Deadline At(int64_t monotonic_ns) { return Deadline(monotonic_ns); }

  // `from_now` from the present moment; `nanoseconds::max()` is infinite, and a sum that overflows
  // is too.
  static Deadline In(std::chrono::nanoseconds from_now);

  bool infinite() const { return at_ns_ == kInfiniteNs; }
  int64_t at_ns() const { return at_ns_; }

  // Whether the moment lies behind `now_ns`. The form without an argument reads the clock, unless
  // infinite.
  bool PassedAt(int64_t now_ns) const { return !infinite() && at_ns_ <= now_ns; }
  bool Passed() const { return !infinite() && PassedAt(MonotonicNow()); }

  // What is left, not below zero; `nanoseconds::max()` when infinite.
  std::chrono::nanoseconds Remaining() const;

  // This deadline, put off.
  Deadline Later(std::chrono::nanoseconds by) const;

  // For system calls that take an absolute time. Not for an infinite deadline.
  timespec ToTimespec() const;

  friend bool operator<(Deadline a, Deadline b) { return a.at_ns_ < b.at_ns_; }

 private:
  explicit Deadline(int64_t at_ns) : at_ns_(at_ns) {}

  int64_t at_ns_;
};

}  // namespace fence

#endif  // FENCE_DEADLINE_H_
