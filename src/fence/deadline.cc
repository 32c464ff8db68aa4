#include "fence/deadline.h"

#include <algorithm>

namespace fence {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;

}  // namespace

int64_t MonotonicNow() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kSecondNs + now.tv_nsec;
}

Deadline Deadline::In(std::chrono::nanoseconds from_now) {
  if (from_now == std::chrono::nanoseconds::max()) return Infinite();
  return At(MonotonicNow()).Later(from_now);
}

std::chrono::nanoseconds Deadline::Remaining() const {
  if (infinite()) return std::chrono::nanoseconds::max();
  const int64_t now_ns = MonotonicNow();
  return std::chrono::nanoseconds(at_ns_ <= now_ns ? 0 : at_ns_ - now_ns);
}

Deadline Deadline::Later(std::chrono::nanoseconds by) const {
  int64_t sum = 0;
  if (infinite() || by == std::chrono::nanoseconds::max()) return Infinite();
  if (!__builtin_add_overflow(at_ns_, by.count(), &sum)) return At(sum);
  return by.count() > 0 ? Infinite() : At(std::numeric_limits<int64_t>::min());
}

timespec Deadline::ToTimespec() const {
  const int64_t ns = std::max<int64_t>(0, at_ns_);
  return timespec{.tv_sec = ns / kSecondNs, .tv_nsec = ns % kSecondNs};
}

}  // namespace fence
