// Turns an execution into a schedule: whatever strategy decides, the recorder writes down where it
// left the default, in the keys that survive the deletion of other edits.
//
//   Recorder recorder(names, {.total_points = first.points});
//   RunOptions options = …; options.observer = &recorder;
//   Run(options, strategy);
//   recorder.FillIn(schedule);
#ifndef WEIR_SIM_SCHEDULE_RECORDER_H_
#define WEIR_SIM_SCHEDULE_RECORDER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "sim/engine/observer.h"
#include "sim/schedule/key.h"
#include "sim/schedule/names.h"
#include "sim/schedule/process_lives.h"
#include "sim/schedule/schedule.h"
#include "sim/schedule/trace.h"

namespace weir::sim {

struct RecorderOptions {
  // How many points the execution will have, known from an earlier run of it; 0 for no checkpoints.
  uint64_t total_points = 0;
  uint64_t checkpoints = 32;
  // How many of the last events trace() keeps; 0 for no trace.
  size_t trace_events = 0;
};

// For one execution each.
class Recorder final : public Observer {
 public:
  // Edits beyond these are not kept: a file of hundreds of megabytes helps nobody, and an execution
  // that leaves the default so often goes round in circles.
  static constexpr size_t kMostEdits = size_t{1} << 16;

  Recorder(Names names, RecorderOptions options);

  void OnPoint(const PointEvent& event) override;
  void OnDecision(const Point& point, Choice choice) override;
  void OnCrash(ThreadSlot thread, bool restarts) override;
  void OnResult(ThreadSlot thread, uint64_t value) override;
  void OnOutput(ThreadSlot thread, int fd, std::string_view text) override;
  void OnFact(ThreadSlot thread, std::string_view key, int64_t value) override;

  // Whether the schedule is all of the execution; false if it had more edits.
  bool whole() const { return whole_; }

  // After the execution, before another begins: sets the schedule's edits, faults, thread names (of
  // the threads that they and the verdict mention), checkpoints and points, and leaves the rest
  // alone.
  void FillIn(Schedule& schedule);
  // The same moment: also the trace's threads have their names.
  const Trace& trace() {
    Finish();
    return trace_;
  }

 private:
  // Where a thread stands: its last point.
  struct Standing {
    PointEvent event{};  // step 0: none yet
    uint64_t nth = 0;
    DrawCounter draws;
    uint32_t thread = 0;        // index into trace_.threads
    uint64_t event_number = 0;  // counted over all events, those dropped too
  };

  void RecordFault(const Point& point, Choice choice);
  void AppendEvent(Standing& at);
  // Null if it is no longer kept.
  TraceEvent* EventOf(const Standing& at);
  void Finish();

  Names names_;
  RecorderOptions options_;
  std::array<Standing, kMaxThreads> standings_{};
  absl::flat_hash_map<uint64_t, PointCount> counts_;  // by KeyHash
  ProcessLives processes_;
  std::vector<Edit> edits_;
  bool whole_ = true;
  std::vector<Fault> faults_;
  std::vector<uint64_t> checkpoints_;
  uint64_t points_ = 0;
  Trace trace_;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_SCHEDULE_RECORDER_H_
