// What happened in an execution, point by point: the story that is told about a failure.
#ifndef WEIR_SIM_SCHEDULE_TRACE_H_
#define WEIR_SIM_SCHEDULE_TRACE_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "sim/engine/object.h"
#include "sim/engine/operation.h"

namespace weir::sim {

struct TraceEvent {
  uint64_t step = 0;     // 1, 2, …
  uint64_t time_ns = 0;  // virtual
  uint64_t round = 0;
  uint32_t thread = 0;  // index into Trace::threads
  Op op = Op::kNone;
  uint32_t repeat = 0;  // how many loads of the same unchanged value came just before
  ObjectKey object;
  const void* address = nullptr;   // of the object
  std::optional<uint64_t> result;  // of the operation, once it had one
  // Its process is killed here by a fault, so that the operation is not done.
  enum class End : uint8_t { kNone, kCrash, kRestart };
  End end = End::kNone;
};

struct TraceThread {
  std::string path;  // "worker-0/main.2"
  std::string name;  // "worker-0/reader-1"
};

// An edit, at the time at which it was decided. That may be long after its point, when the thread
// has gone on and waits, or wakes another.
struct TraceEdit {
  uint32_t edit = 0;    // index into the schedule's edits
  uint32_t thread = 0;  // index into Trace::threads
  uint64_t step = 0;    // of the point that it belongs to
  uint64_t after = 0;   // the last point of any thread by then; not less than `step`
};

// The `fd` of what the target told by weir::Observe().
inline constexpr int kFactDescriptor = -1;

// Something that the target printed, or observed.
struct TraceOutput {
  uint64_t step = 0;
  uint32_t thread = 0;  // index into Trace::threads
  int fd = 1;
  std::string text;
};

struct Trace {
  std::deque<TraceEvent> events;     // by step, without gaps
  uint64_t dropped = 0;              // older ones that no longer fitted
  std::vector<TraceThread> threads;  // in the order of their first points
  std::vector<TraceEdit> edits;      // by `after`
  std::vector<TraceOutput> outputs;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_SCHEDULE_TRACE_H_
