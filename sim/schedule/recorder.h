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
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "sim/engine/observer.h"
#include "sim/schedule/key.h"
#include "sim/schedule/names.h"
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
  Recorder(Names names, RecorderOptions options);

  void OnPoint(const PointEvent& event) override;
  void OnDecision(const Point& point, Choice choice) override;
  void OnResult(ThreadSlot thread, uint64_t value) override;
  void OnOutput(ThreadSlot thread, int fd, std::string_view text) override;

  // After the execution: sets the schedule's edits, faults, thread names, checkpoints and points,
  // and leaves the rest alone.
  void FillIn(Schedule& schedule) const;
  const Trace& trace() const { return trace_; }

 private:
  // Where a thread stands: its last point.
  struct Standing {
    uint64_t thread_path = 0;
    PointEvent event{};
    uint64_t nth = 0;
    DrawCounter draws;
    uint64_t event_number = 0;  // from 1, counted over all events; of the trace
    uint32_t trace_thread = 0;
  };

  Standing& StandingOf(ThreadSlot slot, uint64_t thread_path);
  void RecordEdit(const Point& point, Choice choice, uint32_t draw, const Standing& at);
  void RecordFault(const Point& point, Choice choice);
  void NoteName(ThreadSlot slot);
  void AppendEvent(const PointEvent& event, Standing& at);

  Names names_;
  RecorderOptions options_;
  std::array<Standing, kMaxThreads> standings_;
  absl::flat_hash_map<uint64_t, uint64_t> counts_;           // by key hash
  absl::flat_hash_map<std::string, uint32_t> incarnations_;  // lives that each process has begun
  std::vector<Edit> edits_;
  std::vector<Fault> faults_;
  std::vector<uint64_t> checkpoints_;
  uint64_t points_ = 0;
  Trace trace_;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_SCHEDULE_RECORDER_H_
