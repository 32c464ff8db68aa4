// A schedule: everything that is needed to repeat one execution, and what came of it. In memory
// here, on disk a *.weir.json (docs/formats.md).
//
// What a schedule does not mention follows the default (decision.h), so an empty one is valid, and
// deleting an edit leaves the others meaning what they meant.
#ifndef WEIR_SIM_SCHEDULE_SCHEDULE_H_
#define WEIR_SIM_SCHEDULE_SCHEDULE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/engine/fault.h"
#include "sim/engine/operation.h"
#include "sim/engine/verdict.h"

namespace weir::sim {

// The only format version that this weir writes and reads.
inline constexpr int kFormatVersion = 1;

// A scenario's parameter: an integer, or for OneOf the name that was chosen.
struct Parameter {
  std::string name;
  std::variant<int64_t, std::string> value;

  friend bool operator==(const Parameter&, const Parameter&) = default;
};

// What an edit chooses in place of the default.
struct EditChoice {
  enum class Kind : uint8_t {
    kRun,    // kRun decision: `thread` runs next
    kTime,   // kRun decision: time passes to the next timer (kAdvanceTime)
    kWake,   // kWake decision: the waiter in place `number` of the queue
    kValue,  // kValue decision: `number`
    kFault,  // kInject decision, or kRun for a slow thread: `fault` happens, `number` says how
  };
  Kind kind = Kind::kRun;
  std::string thread;  // kRun: its path
  uint32_t number = 0;
  FaultKind fault = {};  // kFault

  friend bool operator==(const EditChoice&, const EditChoice&) = default;
};

// One deviation from the default, keyed by what it means. `thread`, `op`, `object`, `round` and
// `nth` say at which point; `repeat`, `blocked` and `draw` which of the decisions drawn there.
struct Edit {
  std::string thread;        // path of the thread that reaches the point
  Op op = Op::kNone;         // what it is about to do
  std::string object = "-";  // on what: written form, see object.h
  // The how-manieth such point of the round, from 1. Repeated loads are not counted, so that it is
  // 0 for a repeat of a load that was done before the round began.
  uint64_t nth = 1;
  uint64_t round = 0;    // the last weir::Round before it; 0 before the first
  uint32_t repeat = 0;   // how many loads of the same unchanged value came just before
  bool blocked = false;  // kRun: drawn when `thread` could not go on, not before it tried
  uint32_t draw = 1;     // the how-manieth decision of this sort at this point, from 1
  EditChoice choice;
  // The step at which it was recorded; 0 if unknown. No part of the key: strict replay uses it to
  // tell where an execution left the recorded one, everybody else ignores it.
  uint64_t point = 0;

  friend bool operator==(const Edit&, const Edit&) = default;
};

// A process is killed right before one of its operations.
struct Fault {
  enum class Kind : uint8_t { kCrash, kRestart };  // kRestart: and starts again
  Kind kind = Kind::kCrash;
  std::string process;
  uint32_t incarnation = 0;  // in which of its lives
  std::string thread;        // its main thread's path, "<process>/main"
  uint32_t op = 1;  // before the how-manieth of its scheduling points, from 1; see fault_choice.h

  friend bool operator==(const Fault&, const Fault&) = default;
};

// The `strategy` of what no campaign found, but a fuzzer: seed and index mean nothing.
inline constexpr char kFuzzInput[] = "fuzz-input";

// Where a schedule was found.
struct Origin {
  uint64_t campaign_seed = 0;
  uint64_t index = 0;
  std::string strategy;
  uint32_t depth = 0;       // pct: number of change points; 0 for others
  std::string member = {};  // of the portfolio: which of its members ran; empty for others

  friend bool operator==(const Origin&, const Origin&) = default;
};

// What came of the execution when it was recorded.
struct ExpectedVerdict {
  VerdictKind kind = VerdictKind::kPass;
  std::string signature;  // the failure's bucket; equal for two executions that fail alike
  std::string message;
  std::string thread;  // path of the thread that failed; empty if nobody in particular

  friend bool operator==(const ExpectedVerdict&, const ExpectedVerdict&) = default;
};

struct Schedule {
  std::string tool;  // version of the weir that wrote it
  std::string target;
  std::string build;  // build id of the target
  std::string scenario;
  std::vector<Parameter> parameters;
  Origin origin;
  std::vector<Fault> faults;
  std::vector<Edit> edits;  // in the order in which they apply
  // Paths and the names by which the target calls these threads, where the two differ. In the file
  // the edits are written with the names; in memory with paths.
  std::vector<std::pair<std::string, std::string>> thread_names;
  // The execution's fingerprint before each of the points CheckpointStep(points, count, 0 …).
  std::vector<uint64_t> checkpoints;
  ExpectedVerdict verdict;
  uint64_t fingerprint = 0;  // of the whole execution
  uint64_t points = 0;       // its number of scheduling points
  uint64_t step_cap = 0;     // under which it ran

  friend bool operator==(const Schedule&, const Schedule&) = default;
};

// The kinds of fault that it has.
FaultSet FaultsOf(const Schedule& schedule);

// The point at which the `index`-th of `count` checkpoints of an execution of `points` points is
// taken; the last is taken at the last point. Precondition: index < count ≤ points.
constexpr uint64_t CheckpointStep(uint64_t points, uint64_t count, uint64_t index) {
  return static_cast<uint64_t>(static_cast<unsigned __int128>(points) * (index + 1) / count);
}

// The path of a thread as people should see it: the target's name for it if the schedule has one.
std::string_view DisplayName(const Schedule& schedule, std::string_view path);

// The text of the file. The same schedule gives the same bytes; each edit and each fault is one
// line.
std::string FormatSchedule(const Schedule& schedule);

// The schedule in `text`. InvalidArgument with the place if it is anything but a whole and valid
// one:
//
//   marker.weir.json:14: edits[2].nth: expected a non-negative integer, got "x"
//
// `file` is only the name in such messages.
absl::StatusOr<Schedule> ParseSchedule(std::string_view text, std::string_view file);

// Replaces the file in one step, after its content is on the disk: a reader, or a crash at any
// moment, sees the old file or the new one. Else the error says why, nothing was changed and
// nothing is left behind.
absl::Status WriteSchedule(const Schedule& schedule, const std::string& path);

// NotFound or another status of the system if it cannot be read; else as ParseSchedule.
absl::StatusOr<Schedule> ReadSchedule(const std::string& path);

}  // namespace weir::sim

#endif  // WEIR_SIM_SCHEDULE_SCHEDULE_H_
