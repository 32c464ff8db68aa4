// Virtual clocks.
#ifndef WEIR_SIM_POSIX_CLOCK_H_
#define WEIR_SIM_POSIX_CLOCK_H_

#include <time.h>

#include <cstdint>

namespace weir::sim {

// What CLOCK_REALTIME shows ahead of virtual time (CLOCK_MONOTONIC shows virtual time itself): a
// fixed moment, 2020-01-01 00:00 UTC, so that dates are plausible and the same in every run.
inline constexpr uint64_t kRealtimeOffsetNs = 1'577'836'800'000'000'000;

// The virtual time at which `clock` shows `deadline`: in `*deadline_ns`. 0, or EINVAL for a clock
// that no wait can name or nanoseconds out of range. A deadline before the clock's start is "now or
// before": 0.
int DeadlineOf(clockid_t clock, const timespec* deadline, uint64_t* deadline_ns);
// The virtual time `duration` from now: in `*deadline_ns`. 0, or EINVAL for a negative one or
// nanoseconds out of range.
int DeadlineAfter(const timespec* duration, uint64_t* deadline_ns);
// Both: 292 years and more is kNever. That is where std::chrono's time_point::max() lies.

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_CLOCK_H_
