// Every tunable constant of the engine, with the reason beside it.
#ifndef WEIR_SIM_ENGINE_LIMITS_H_
#define WEIR_SIM_ENGINE_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace weir::sim {

// Threads alive at once. Four machine words of mask; slots are reused, so more may live in
// sequence.
inline constexpr int kMaxThreads = 256;
// Virtual processes of one execution, all incarnations of one name counted once.
inline constexpr int kMaxProcesses = 64;

// The World: above every ordinary mapping of x86-64 Linux's programs and libraries and outside of
// AddressSanitizer's shadow (which holds 0x100000000000).
inline constexpr uintptr_t kWorldAddress = 0x200000000000;
// Targets are linked to start here; see weir_target() in cmake/WeirTarget.cmake.
inline constexpr uintptr_t kTargetAddress = 0x210000000000;
// True for an address that is the same in every process: in the World or in the target.
constexpr bool IsFixedAddress(uintptr_t address) { return (address >> 44) == 2; }

inline constexpr size_t kPage = 4096;
inline constexpr size_t kDefaultStackBytes = 256 << 10;
inline constexpr size_t kHeapBytes = size_t{4} << 30;    // reserved, not resident
inline constexpr size_t kSharedBytes = size_t{1} << 30;  // all shared memory objects together
// What an execution may use to remember memory accesses (race.h): 64 bytes and more for each eight
// that it touches. Reserved, not resident; beyond it races are no longer looked for.
inline constexpr size_t kRaceArenaBytes = size_t{256} << 20;

// A run longer than this ends with the verdict limit. The longest marker_burst (8 workers,
// 64 iterations, bursts of 16, rendezvous) has some 1.1 * 10^7 points.
inline constexpr uint64_t kDefaultStepCap = 30'000'000;
// Consecutive points at which every runnable thread only yields, spins or reads clocks while no
// timer is pending: nobody is left who could end the wait.
inline constexpr uint64_t kIdlePointsCap = 20'000;

// A wake-up chooses among the first so many waiters, so that its cost does not grow with the queue;
// who stands behind them gets there as others are woken.
inline constexpr uint32_t kWakeChoices = 8;

// How often the parent sees progress, and how often unlikely things are looked after.
inline constexpr uint64_t kAttentionPoints = 1024;
// By default a thread that never waits is set aside after this many points: one that polls under a
// lock would else never let the others run.
inline constexpr uint32_t kSlicePoints = 10'000;
// Who has been set aside comes back with half of its slice, again and again, as long as the others
// make some progress meanwhile, but less than a slice's worth: they need turns, and wait in
// between. Who waits has a whole slice again. Not less than some 19 points: with one each, a thread
// that works would spend half of the execution on another that polls for the result.
inline constexpr uint32_t kMostSliceHalvings = 9;

// Virtual time starts at a plausible uptime, so that `now − timeout` does not go below zero.
inline constexpr uint64_t kStartOfTimeNs = 1'000'000'000'000;
// How far a decision may let time run ahead while threads could run (kAdvanceTime): as long as a
// loaded machine keeps a runnable thread waiting. Programs may rely on an hour being longer than
// that.
inline constexpr uint64_t kMostDelayNs = 100'000'000;
// What reading a clock costs. Repeated reads by a thread that does nothing else cost an eighth of
// the time since the first of them, so that a loop that polls for an hour ends after some 300
// reads.
inline constexpr uint64_t kClockReadNs = 50;
// What a point costs at which every runnable thread only yields or looks again at what it has seen,
// while a timer is pending. As with clocks, it costs an eighth of the time since that began if that
// is more: a hundred looks before a sleep take milliseconds, and a loop that waits for an hour gets
// there after some 250.
inline constexpr uint64_t kIdlePointNs = 50;

// While a timer is pending and threads work all the time, time passes all the same: after each
// kSlicePoints times the number of runnable threads it goes on by kMostDelayNs, or to the earliest
// timer if that comes before. On the way to one timer each step is twice as long as the one before,
// so that an hour passes after 15 of them; programs may still rely on an hour being longer than a
// few thousand points. Each timer that is reached in this way halves the points to the next step,
// at most so often.
inline constexpr uint32_t kMostBusyHalvings = 3;

// What a point costs, on average, while a fault keeps a thread late; or half of the time since that
// began (but at most kMostDelayNs) at every kAttentionPoints-th: a second has passed after some
// 20,000 points.
inline constexpr uint64_t kLatePointNs = 100;

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_LIMITS_H_
