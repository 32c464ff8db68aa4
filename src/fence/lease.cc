#include "fence/lease.h"

#include <algorithm>
#include <utility>

namespace fence {

LeaseWatch::LeaseWatch(std::chrono::nanoseconds lease, uint32_t heartbeat, int64_t now_ns)
    : lease_(lease), heartbeat_(heartbeat), looked_at_ns_(now_ns) {}

bool LeaseWatch::RunOut(uint32_t heartbeat, int64_t now_ns) {
  const std::chrono::nanoseconds since(now_ns - std::exchange(looked_at_ns_, now_ns));
  if (std::exchange(heartbeat_, heartbeat) != heartbeat) {
    still_ = std::chrono::nanoseconds(0);
    return false;
  }
  still_ += std::min(since, lease_ / 2);
  return still_ >= lease_;
}

Pulse::Pulse(const Segment& segment, Incarnation self, std::function<void()> on_silence)
    : segment_(segment), self_(self), on_silence_(std::move(on_silence)) {
  if (segment.lease() == std::chrono::nanoseconds::max()) {
    next_ = Deadline::Infinite();
  } else if (self != kCoordinatorIncarnation) {
    coordinator_.emplace(
        segment.lease(),
        segment.record(kCoordinatorIncarnation).heartbeat.load(std::memory_order_relaxed),
        MonotonicNow());
  }
}

Deadline Pulse::Tick() {
  if (next_.infinite()) return next_;
  const int64_t now_ns = MonotonicNow();
  if (!next_.PassedAt(now_ns)) return next_;
  next_ = Deadline::At(now_ns).Later(segment_.lease() / kLooksPerLease);
  segment_.record(self_).heartbeat.fetch_add(1, std::memory_order_relaxed);
  if (coordinator_.has_value() &&
      coordinator_->RunOut(
          segment_.record(kCoordinatorIncarnation).heartbeat.load(std::memory_order_relaxed),
          now_ns)) {
    coordinator_.reset();
    on_silence_();
  }
  return next_;
}

}  // namespace fence
