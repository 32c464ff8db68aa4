// Repeats a schedule: the default, but where an edit says otherwise.
#ifndef WEIR_SIM_SCHEDULE_REPLAY_H_
#define WEIR_SIM_SCHEDULE_REPLAY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/engine/decision.h"
#include "sim/engine/observer.h"
#include "sim/schedule/key.h"
#include "sim/schedule/names.h"
#include "sim/schedule/process_lives.h"
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
  uint64_t FaultAfter(FaultKind, uint64_t) override { return 0; }  // is asked each time
  void OnPoint(const PointEvent& event) override;

  // After an execution, before another begins. Strict mode: OK if it was the recorded one, else
  // Aborted with the first difference:
  //
  //   diverged at point 17: recorded cond_wait on shm:/group+0x40 by worker-1/reader-0, now
  //   mutex_lock on shm:/group+0x80 by worker-0/main
  //
  // `points` and `fingerprint` are those of the execution. Lenient mode: always OK.
  absl::Status Check(uint64_t points, uint64_t fingerprint) const;

  // Indices of the schedule's edits and faults that did not apply in the last execution, ascending.
  std::vector<size_t> UnusedEdits() const { return Unset(edit_used_); }
  std::vector<size_t> UnusedFaults() const { return Unset(fault_used_); }

 private:
  // An edit, ready to be compared.
  struct Prepared {
    uint64_t key;  // KeyHash
    uint64_t nth;
    uint32_t repeat;
    uint32_t draw;
    Draw sort;
    EditChoice::Kind kind;
    uint32_t number;  // kWake, kValue, kFault
    FaultKind fault;  // kFault
    uint64_t runs;    // kRun: path hash of who is to run
    uint32_t index;   // into schedule_.edits
  };
  // The edits at points of one key: prepared_[first … first + count).
  struct Group {
    uint64_t key = 0;
    PointCount seen;  // in this execution
    uint32_t first = 0;
    uint32_t count = 0;  // 0: an empty place of the table
  };
  // Where a thread stands, if edits are about points of that key.
  struct Standing {
    const Group* group = nullptr;
    uint64_t nth = 0;
    uint32_t repeat = 0;
    DrawCounter draws;
  };

  Replay(const Schedule& schedule, Names names, ReplayMode mode);

  absl::Status PrepareEdits();
  void BuildTable();
  Group* Find(uint64_t key);

  Choice ChooseFault(const Point& point);
  // What the edit chooses here; nullopt if it does not fit.
  std::optional<Choice> Fit(const Prepared& edit, const Point& point) const;

  // Strict mode.
  void Watch(const PointEvent& event, uint64_t key, uint64_t nth);
  void WatchEdits(const PointEvent& event, uint64_t key, uint64_t nth);
  void SetNextWatch();
  void Misfit(uint32_t edit, uint64_t step);

  static std::vector<size_t> Unset(const std::vector<bool>& used);

  Schedule schedule_;
  Names names_;
  ReplayMode mode_;
  std::vector<Prepared> prepared_;  // by key
  std::vector<Group> table_;        // open addressing; the size is a power of two
  uint64_t mask_ = 0;
  std::array<Standing, kMaxThreads> standings_{};
  ProcessLives processes_;
  std::vector<uint64_t> fault_processes_;  // per fault: PathHash of its process
  std::vector<bool> edit_used_;
  std::vector<bool> fault_used_;

  std::vector<uint32_t>
      by_point_;  // strict: indices into prepared_ of edits with a known point, by it
  size_t next_by_point_ = 0;
  size_t next_checkpoint_ = 0;
  uint64_t next_watch_ = 0;  // the next step at which something is to be compared
  // The first difference: a text, or (noted where nothing may be allocated) the edit that did not
  // fit.
  std::string divergence_;
  std::optional<uint32_t> misfit_;
  uint64_t misfit_step_ = 0;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_SCHEDULE_REPLAY_H_
