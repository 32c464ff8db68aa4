// The key of an edit as numbers: what recorder and replay agree on.
#ifndef WEIR_SIM_SCHEDULE_KEY_H_
#define WEIR_SIM_SCHEDULE_KEY_H_

#include <bit>
#include <cstdint>

#include "sim/engine/decision.h"
#include "sim/engine/object.h"
#include "sim/engine/operation.h"

namespace weir::sim {

// The triple that `nth` counts, and the round in which it does. Two keys that are not equal have
// one hash with probability 2^-64 or so. The multiplications are independent of one another, so
// that this takes a few nanoseconds.
constexpr uint64_t KeyHash(uint64_t thread_path, Op op, const ObjectKey& object, uint64_t round) {
  const uint64_t kind =
      (uint64_t{static_cast<uint8_t>(op)} << 8) | static_cast<uint8_t>(object.space);
  uint64_t hash = thread_path * 0x9E3779B97F4A7C15u;
  hash ^= std::rotl((object.owner ^ kind) * 0xC2B2AE3D27D4EB4Fu, 17);
  hash ^= std::rotl((object.number + 1) * 0x165667B19E3779F9u, 31);
  hash ^= std::rotl((object.offset + 1) * 0xD6E8FEB86659FD93u, 43);
  hash += (round + 1) * 0x85EBCA77C2B2AE63u;
  hash ^= hash >> 32;
  hash *= 0xD6E8FEB86659FD93u;
  return hash ^ (hash >> 29);
}

// Counts the points of one key. Repeats of a load belong to the point before them: a row of them
// has growing numbers (`repeat`, see PointEvent) and counts once, from whichever number on it is of
// this key: a weak comparison may fail, and its operation come first as a repeat of the load.
struct PointCount {
  uint64_t nth = 0;
  uint32_t repeat = 0;  // of the last one

  uint64_t Next(uint32_t repeats) {
    if (repeats <= repeat) ++nth;
    repeat = repeats;
    return nth;
  }
};

// Whether the point offers this pause: a choice for which IsPause() holds.
inline bool IsPauseOffered(const Point& point, Choice pause) {
  if (!point.thread_can_run || DelayOf(pause) - 1 >= kDelays) return false;
  switch (PauseKind(pause)) {
    case FaultKind::kSlowThread:
      return true;
    case FaultKind::kSlowProcess:
      return point.process_may_pause;
    case FaultKind::kStall:
      return point.process_may_stall;
    default:
      return false;
  }
}

// Whether the point offers this choice.
inline bool IsOffered(const Point& point, Choice choice) {
  if (point.kind != DecisionKind::kRun) return choice < point.alternatives;
  if (choice == kAdvanceTime) return point.timer_pending;
  if (IsPause(choice)) return IsPauseOffered(point, choice);
  return choice < kMaxThreads && point.runnable->Contains(static_cast<int>(choice));
}

// The sorts of decision that one point may draw; each is counted by itself.
//
// A thread that cannot go on draws again who runs, at the same point. Whether the first draw took
// place depends on whether others could run at that time, which is why the two are not counted
// together.
enum class Draw : uint8_t { kRun, kRunBlocked, kWake, kValue, kFirstInjected };

// Each kind of fault is a sort of its own.
constexpr Draw DrawOf(FaultKind injected) {
  return static_cast<Draw>(static_cast<int>(Draw::kFirstInjected) + static_cast<int>(injected));
}

constexpr Draw DrawOf(const Point& point) {
  switch (point.kind) {
    case DecisionKind::kWake:
      return Draw::kWake;
    case DecisionKind::kValue:
      return Draw::kValue;
    case DecisionKind::kInject:
      return DrawOf(point.fault);
    default:
      return point.thread_can_run ? Draw::kRun : Draw::kRunBlocked;
  }
}

struct DrawCounter {
  uint32_t counts[static_cast<size_t>(Draw::kFirstInjected) + kFaultKinds] = {};

  uint32_t Next(Draw sort) { return ++counts[static_cast<int>(sort)]; }
};

}  // namespace weir::sim

#endif  // WEIR_SIM_SCHEDULE_KEY_H_
