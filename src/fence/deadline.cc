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
  return std::chrono::nanoseconds(std::max<int64_t>(0, at_ns_ - MonotonicNow()));
}

Deadline Deadline::Later(std::chrono::nanoseconds by) const {
  if (infinite() || by.count() > kInfiniteNs - std::max<int64_t>(0, at_ns_)) return Infinite();
  return At(at_ns_ + by.count());
}

timespec Deadline::ToTimespec() const {
  const int64_t ns = std::max<int64_t>(0, at_ns_);
  return timespec{.tv_sec = ns / kSecondNs, .tv_nsec = ns % kSecondNs};
}

}  // namespace fence
