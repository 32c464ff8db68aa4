// Clocks and sleeps: clock_gettime, clock_getres, gettimeofday, time, timespec_get, clock;
// nanosleep, clock_nanosleep, usleep, sleep.
//
// All clocks show virtual time: the monotonic ones since a plausible boot, the calendar ones since
// 1970, those of CPU time since the execution began. Reading one costs virtual time, so that a loop
// that polls for an hour ends; see ReadClock(). Sleeping costs nothing real. POSIX.1-2017,
// clock_gettime(3p), clock_nanosleep(3p); clock_gettime(2).
//
// A process may have clocks that are wrong (FaultKind::kClock): ahead or behind, fast or slow. What
// it asks for by its clocks, deadlines and durations, is measured by them.
//
// Departures: nothing sets a clock; the coarse clocks are as fine as the others; CPU time is
// elapsed time; no sleep is interrupted. A sleep whose end is not in the future is a yield.
#include "sim/posix/clock.h"

#include <errno.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>

#include "sim/engine/scheduler.h"
#include "sim/engine/time_stamp.h"
#include "sim/posix/real.h"

namespace weir::sim {
namespace {

constexpr uint64_t kSecondNs = 1'000'000'000;
// Further away than this (292 years, what 64 bits of signed nanoseconds hold) is never, as for the
// kernel: it also is what std::chrono makes of time_point::max().
constexpr uint64_t kEndOfTimeNs = INT64_MAX;

bool IsNormal(const timespec& time) {
  return time.tv_nsec >= 0 && time.tv_nsec < static_cast<long>(kSecondNs);
}

// Nanoseconds, at most kEndOfTimeNs. Precondition: normal, not negative.
uint64_t Nanoseconds(const timespec& time) {
  const auto seconds = static_cast<uint64_t>(time.tv_sec);
  if (seconds > kEndOfTimeNs / kSecondNs) return kEndOfTimeNs;
  const uint64_t sum = seconds * kSecondNs + static_cast<uint64_t>(time.tv_nsec);
  return sum < kEndOfTimeNs ? sum : kEndOfTimeNs;
}

timespec Timespec(uint64_t nanoseconds) {
  return {static_cast<time_t>(nanoseconds / kSecondNs), static_cast<long>(nanoseconds % kSecondNs)};
}

// What the clock shows, as a signed distance ahead of CLOCK_MONOTONIC. False if there is no such
// clock.
bool OffsetOf(clockid_t clock, int64_t* offset_ns) {
  switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_TAI:
      *offset_ns = static_cast<int64_t>(kRealtimeOffsetNs);
      return true;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
      *offset_ns = 0;
      return true;
    case CLOCK_PROCESS_CPUTIME_ID:
    case CLOCK_THREAD_CPUTIME_ID:
      *offset_ns = -static_cast<int64_t>(kStartOfTimeNs);
      return true;
    default:
      return false;
  }
}

constexpr int64_t kMillion = 1'000'000;

ClockError Error() {
  return g_mode == Mode::kTarget ? ClockErrorOf(CurrentProcess().clock) : ClockError();
}

// CLOCK_MONOTONIC of the current process at this virtual time.
int64_t Shown(uint64_t when_ns) {
  const ClockError error = Error();
  const auto since_ns = static_cast<int64_t>(when_ns - kStartOfTimeNs);
  __extension__ using Wide = __int128;
  const auto drift_ns = static_cast<int64_t>(Wide{since_ns} * error.drift_ppm / kMillion);
  return static_cast<int64_t>(when_ns) + error.offset_ns + drift_ns;
}

// When the clock of the current process has advanced so far, at the earliest.
uint64_t InVirtualTime(uint64_t duration_ns) {
  const auto rate = static_cast<uint64_t>(kMillion + Error().drift_ppm);
  __extension__ using Wide = unsigned __int128;
  return static_cast<uint64_t>((Wide{duration_ns} * kMillion + rate - 1) / rate);
}

// Before the target's constructors have run there is no World whose time could be read.
uint64_t Now() {
  return g_mode != Mode::kTarget ? kStartOfTimeNs : static_cast<uint64_t>(Shown(ReadClock()));
}

int Fail(int error) {
  errno = error;
  return -1;
}

// The virtual time at which a clock that is `offset_ns` ahead shows `time`; 0 if that is past.
uint64_t WhenItShows(const timespec& time, int64_t offset_ns) {
  const uint64_t shown_ns = Nanoseconds(time);
  if (shown_ns == kEndOfTimeNs) return kNever;
  if (g_mode != Mode::kTarget) {  // there is no process, and no time passes
    const int64_t when_ns = static_cast<int64_t>(shown_ns) - offset_ns;
    return when_ns < 0 ? 0 : static_cast<uint64_t>(when_ns);
  }
  const uint64_t now_ns = world().now_ns;
  const int64_t left_ns = static_cast<int64_t>(shown_ns) - offset_ns - Shown(now_ns);
  if (left_ns <= 0) return 0;
  uint64_t when_ns = now_ns + InVirtualTime(static_cast<uint64_t>(left_ns));
  while (Shown(when_ns) + offset_ns < static_cast<int64_t>(shown_ns)) ++when_ns;  // rounding
  return when_ns;
}

uint64_t AfterNow(uint64_t duration_ns) {
  return duration_ns == kEndOfTimeNs ? kNever : world().now_ns + InVirtualTime(duration_ns);
}

void Sleep(uint64_t deadline_ns) {
  if (g_mode == Mode::kTarget && deadline_ns <= world().now_ns) {
    YieldPoint(Op::kSleep, nullptr);
  } else {
    SleepUntil(Op::kSleep, deadline_ns);
  }
}

// libc's versions read the processor's counter, which is slow where that faults (time_stamp.h).
int RealTime(clockid_t clock, timespec* time) {
  if (!TrapsTimeStamps()) return WEIR_REAL(clock_gettime)(clock, time);
  return static_cast<int>(syscall(SYS_clock_gettime, clock, time));
}
int RealTimeOfDay(timeval* time, void* zone) {
  if (!TrapsTimeStamps()) return WEIR_REAL(gettimeofday)(time, zone);
  return static_cast<int>(syscall(SYS_gettimeofday, time, zone));
}

bool CanSleepOn(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME ||
         clock == CLOCK_TAI || clock == CLOCK_PROCESS_CPUTIME_ID;
}

}  // namespace

int DeadlineOf(clockid_t clock, const timespec* deadline, uint64_t* deadline_ns) {
  if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) return EINVAL;
  if (!IsNormal(*deadline)) return EINVAL;
  int64_t offset_ns = 0;
  OffsetOf(clock, &offset_ns);
  *deadline_ns = deadline->tv_sec < 0 ? 0 : WhenItShows(*deadline, offset_ns);
  return 0;
}

int DeadlineAfter(const timespec* duration, uint64_t* deadline_ns) {
  if (!IsNormal(*duration) || duration->tv_sec < 0) return EINVAL;
  *deadline_ns = AfterNow(Nanoseconds(*duration));
  return 0;
}

}  // namespace weir::sim

using namespace weir::sim;  // NOLINT: the definitions below are C's

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  if (InHost()) return RealTime(clock, time);
  int64_t offset_ns = 0;
  if (!OffsetOf(clock, &offset_ns)) return Fail(EINVAL);
  *time = Timespec(Now() + static_cast<uint64_t>(offset_ns));
  return 0;
}

int clock_getres(clockid_t clock, timespec* resolution) noexcept {
  if (InHost()) return WEIR_REAL(clock_getres)(clock, resolution);
  int64_t offset_ns = 0;
  if (!OffsetOf(clock, &offset_ns)) return Fail(EINVAL);
  if (resolution != nullptr) *resolution = {0, 1};
  return 0;
}

int gettimeofday(timeval* time, void* zone) noexcept {
  if (InHost()) return RealTimeOfDay(time, zone);
  if (zone != nullptr) *static_cast<struct timezone*>(zone) = {0, 0};
  const timespec now = Timespec(Now() + kRealtimeOffsetNs);
  *time = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

time_t time(time_t* seconds) noexcept {
  if (InHost()) return WEIR_REAL(time)(seconds);
  const time_t now = Timespec(Now() + kRealtimeOffsetNs).tv_sec;
  if (seconds != nullptr) *seconds = now;
  return now;
}

int timespec_get(timespec* time, int base) noexcept {
  if (InHost()) return WEIR_REAL(timespec_get)(time, base);
  if (base != TIME_UTC) return 0;
  clock_gettime(CLOCK_REALTIME, time);
  return base;
}

clock_t clock() noexcept {
  if (InHost()) return WEIR_REAL(clock)();
  return static_cast<clock_t>((Now() - kStartOfTimeNs) / (kSecondNs / CLOCKS_PER_SEC));
}

int nanosleep(const timespec* duration, timespec* rest) {
  if (InHost()) return WEIR_REAL(nanosleep)(duration, rest);
  uint64_t deadline_ns = 0;
  if (const int error = DeadlineAfter(duration, &deadline_ns); error != 0) return Fail(error);
  Sleep(deadline_ns);
  return 0;
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* rest) {
  if (InHost()) return WEIR_REAL(clock_nanosleep)(clock, flags, time, rest);
  int64_t offset_ns = 0;
  if (!OffsetOf(clock, &offset_ns) || clock == CLOCK_THREAD_CPUTIME_ID) return EINVAL;
  if (!CanSleepOn(clock)) return ENOTSUP;
  if (!IsNormal(*time) || time->tv_sec < 0) return EINVAL;
  const bool absolute = (flags & TIMER_ABSTIME) != 0;
  Sleep(absolute ? WhenItShows(*time, offset_ns) : AfterNow(Nanoseconds(*time)));
  return 0;
}

int usleep(useconds_t microseconds) {
  if (InHost()) return WEIR_REAL(usleep)(microseconds);
  Sleep(AfterNow(uint64_t{microseconds} * 1000));
  return 0;
}

unsigned sleep(unsigned seconds) {
  if (InHost()) return WEIR_REAL(sleep)(seconds);
  Sleep(AfterNow(seconds * kSecondNs));
  return 0;
}

}  // extern "C"
