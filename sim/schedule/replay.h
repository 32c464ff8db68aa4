// Repeats a schedule: the default, but where an edit says otherwise.
#ifndef WEIR_SIM_SCHEDULE_REPLAY_H_
#define WEIR_SIM_SCHEDULE_REPLAY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/engine/decision.h"
#include "sim/engine/observer.h"
#include "sim/schedule/key.h"
#include "sim/schedule/names.h"
#include "sim/schedule/schedule.h"

namespace weir::sim {

enum class ReplayMode {
  kStrict,   // what does not fit is a divergence; the first one is kept
  kLenient,  // what does not fit is left out
};

// Has to be both the strategy and (alone or within an ObserverList) the observer of the execution:
//
//   absl::StatusOr<Replay> replay = Replay::Of(schedule, names, ReplayMode::kStrict);
//   options.observer = &*replay;
//   RunResult result = Run(options, *replay);
//   absl::Status same = replay->Check(result.points, result.fingerprint);
//
// May serve several executions, one after the other. Costs a hash and a probe per point.
class Replay final : public Strategy, public Observer {
 public:
  // InvalidArgument if an edit's object is not a written form.
  static absl::StatusOr<Replay> Of(const Schedule& schedule, Names names, ReplayMode mode);

  void Begin(const Execution& next, Random random) override;
  Choice Choose(const Point& point) override;
  void OnPoint(const PointEvent& event) override;

  // After an execution. Strict mode: OK if it was the recorded one, else Aborted with the first
  // difference:
  //
  //   diverged at point 17: recorded cond_wait on shm:/group+0x40 by worker-1/reader-0, now
  //   mutex_lock on shm:/group+0x80 by worker-0/main
  //
  // `points` and `fingerprint` are those of the execution. Lenient mode: always OK.
  absl::Status Check(uint64_t points, uint64_t fingerprint) const;

  // Indices of the schedule's edits and faults that did not apply in the last execution, ascending.
  std::vector<size_t> UnusedEdits() const;
  std::vector<size_t> UnusedFaults() const;

 private:
  // One edit, ready to be compared.
  struct Prepared {
    uint64_t nth;
    uint32_t repeat;
    uint32_t draw;
    Draw sort;
    EditChoice::Kind kind;
    uint32_t number;       // kWake, kValue
    uint64_t thread_path;  // kRun: who is to run
    size_t index;          // into the schedule's edits
    uint64_t point;        // Edit::point
  };
  // All edits whose points share one key: edits_[first … first + count).
  struct Group {
    uint64_t key = 0;
    uint32_t first = 0;
    uint32_t count = 0;
    uint64_t seen = 0;  // points with this key in this execution
  };
  // Where a thread stands, if some edit is about such a point.
  struct Standing {
    const Group* group = nullptr;
    uint64_t nth = 0;
    uint32_t repeat = 0;
    DrawCounter draws;
  };

  Replay(const Schedule& schedule, Names names, ReplayMode mode);

  absl::Status Prepare();
  void BuildTable(std::vector<std::pair<uint64_t, Prepared>> keyed);
  Group* Find(uint64_t key);
  Choice ChooseFault(const Point& point);
  // The choice that `edit` means here; nullopt if it does not fit.
  std::optional<Choice> Fit(const Prepared& edit, const Point& point) const;
  std::optional<Choice> FindThread(uint64_t path, const ThreadSet& runnable) const;
  void CheckStep(const PointEvent& event);
  void Diverge(uint64_t point, const std::string& what);
  std::string Describe(const PointEvent& event) const;

  Schedule schedule_;
  Names names_;
  ReplayMode mode_;
  std::vector<Prepared> edits_;
  std::vector<Group> groups_;    // open addressing, a power of two; empty where count == 0
  std::vector<uint64_t> lives_;  // per fault: how many lives its process has begun
  std::array<Standing, kMaxThreads> standings_;
  std::array<uint64_t, kMaxThreads> paths_{};  // of the thread seen last in each slot
  std::vector<bool> edit_used_;
  std::vector<bool> fault_used_;
  std::vector<size_t> by_point_;  // strict: edits with a known point, by it
  size_t next_by_point_ = 0;
  size_t next_checkpoint_ = 0;
  std::string divergence_;  // the first; empty if none
};

}  // namespace weir::sim

#endif  // WEIR_SIM_SCHEDULE_REPLAY_H_
