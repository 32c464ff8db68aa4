// Leases: how the dead are told from the slow.
//
// Every process moves a counter in its record, its heartbeat, a few times in each lease. Whoever
// watches it judges by his own clock, and by how often he has looked: clocks of different processes
// are never compared, and a watcher who was stopped himself, with the whole machine perhaps, does
// not take his own absence for another's.
//
// The coordinator watches all members, and drops those whose lease has run out; each member watches
// the coordinator, and declares the group stopped when its lease has.

#ifndef FENCE_LEASE_H_
#define FENCE_LEASE_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "fence/deadline.h"
#include "fence/message.h"
#include "fence/segment.h"

namespace fence {

// Looks are due so often in a lease.
inline constexpr int kLooksPerLease = 4;

// One watcher's opinion of one heartbeat. One thread.
class LeaseWatch {
 public:
  // `lease` > 0; max() never runs out. As if it had been renewed at `now_ns`.
  LeaseWatch(std::chrono::nanoseconds lease, uint32_t heartbeat, int64_t now_ns);

  // True when the heartbeat has stood still for a whole lease. The time between two looks counts
  // for half a lease at most.
  bool RunOut(uint32_t heartbeat, int64_t now_ns);

 private:
  const std::chrono::nanoseconds lease_;
  uint32_t heartbeat_;
  int64_t looked_at_ns_;
  std::chrono::nanoseconds still_{0};
};

// The heartbeat of one process, and its watch over the coordinator. One thread.
class Pulse {
 public:
  // `on_silence` is called once, when the coordinator's lease has run out; never in its own
  // process. `segment` outlives this.
  Pulse(const Segment& segment, Incarnation self, std::function<void()> on_silence);

  // Does what is due, and says when it is to be called again: infinite without a lease.
  Deadline Tick();

 private:
  const Segment& segment_;
  const Incarnation self_;
  const std::function<void()> on_silence_;
  std::optional<LeaseWatch> coordinator_;
  Deadline next_ = Deadline::At(0);
};

}  // namespace fence

#endif  // FENCE_LEASE_H_
