// The loaded target of this process, and the ways to run it.
#ifndef WEIR_SIM_CAMPAIGN_SESSION_H_
#define WEIR_SIM_CAMPAIGN_SESSION_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/campaign/shared_page.h"
#include "sim/campaign/target_info.h"
#include "sim/engine/engine.h"
#include "sim/schedule/replay.h"
#include "sim/schedule/schedule.h"
#include "sim/schedule/trace.h"
#include "sim/strategy/profile.h"
#include "sim/strategy/strategy.h"
#include "sim/verdict/report.h"
#include "sim/verdict/symbols.h"

namespace weir::sim {

// One execution of a search: a function of these alone.
struct SearchRun {
  std::string scenario;
  std::vector<Parameter> fixed;  // what is not fixed is drawn
  Execution execution;
  std::string strategy;
  uint64_t step_cap = kDefaultStepCap;
};

// An execution as its process left it in the page, enough to repeat it whatever strategy it was
// under.
struct LoggedRun {
  SearchRun run;
  std::vector<int64_t> values;
  std::vector<Deviation> deviations;
};

// A failure, written down and checked.
struct Finding {
  Schedule schedule;
  Report report;
  bool whole = true;  // false: it has more edits than are kept, and the schedule has none of them
};

// What a replay gave.
struct Replayed {
  RunResult result;
  Report report;  // filled in when it failed
  absl::Status
      same;  // strict: Aborted with the first difference if it was not the recorded execution
  std::vector<size_t> unused_edits;
  std::vector<size_t> unused_faults;
};

// One per process, in a child of the supervisor. Its methods run the target and may be called again
// and again, from the thread that opened it.
class Session {
 public:
  // Starts the engine and loads the target. `page` outlives the session.
  static absl::StatusOr<std::unique_ptr<Session>> Open(const std::string& target_path,
                                                       SharedPage& page);

  const TargetInfo& info() const { return info_; }

  // The parameters of such an execution: drawn, or with a systematic strategy what is declared for
  // them. InvalidArgument for an unknown scenario or parameter.
  absl::StatusOr<std::vector<int64_t>> Values(const SearchRun& run) const;

  // Precondition: Values(run) is OK and the strategy is known; so too below.
  //
  // If the strategy uses profiles and the default schedule of these values fails, that is what is
  // run.
  RunResult Search(const SearchRun& run, Observer* observer = nullptr, bool capture = false);

  // The strategy that decided in a run that Search() has just done: of the portfolio the member.
  const StrategyInfo& MemberOf(const SearchRun& run) const;

  // Who decides in such a run.
  Strategy& StrategyOf(const SearchRun& run);

  // The signature of a failure that Search() just gave; runs it once more, for the stacks.
  std::string SignatureOfRun(const SearchRun& run, const RunResult& result);

  // Runs it again with a recorder attached, and then what the recorder wrote down. If that is
  // another execution, or the first one did not come out as `expected`, the finding's verdict is
  // nondeterminism, and its message says where the two part.
  //
  // Of an execution with more edits than are kept (Recorder::kMostEdits) it is one that begins like
  // that and then follows the default, if that one fails alike.
  Finding Record(const SearchRun& run, const RunResult& expected);

  // The logged execution once more. Precondition: its scenario is one of the target's.
  RunResult Repeat(const LoggedRun& logged, Observer& observer);

  // InvalidArgument if the schedule does not fit the target: another scenario, parameters out of
  // range.
  absl::StatusOr<Replayed> Replay(const Schedule& schedule, ReplayMode mode,
                                  Observer* observer = nullptr);
  // As Replay in lenient mode, and written down anew.
  absl::StatusOr<Finding> RecordReplay(const Schedule& schedule);

  // An execution under any strategy; what the others are made of.
  RunResult Execute(RunOptions options, Strategy& strategy);

  Symbols* symbols();  // null when libdw cannot read this process
  const WeirScenario* Find(std::string_view name) const;  // null if there is none of that name

  // A schedule without edits: tool, target, build, scenario, parameters and origin of the run.
  Schedule Blank(const SearchRun& run, std::span<const int64_t> values) const;

 private:
  Session(const Target& target, SharedPage& page);
  const Profile& ProfileOf(const SearchRun& run, std::span<const int64_t> values);
  // The portfolio's, and no parameter is drawn: one profile holds for the whole campaign.
  bool GoesByThreads(const SearchRun& run) const;
  // As Execution::threads: 0 if the profile is not there.
  uint32_t ThreadsOf(const SearchRun& run, std::span<const int64_t> values) const;
  const StrategyInfo& MemberOf(const SearchRun& run, std::span<const int64_t> values) const;
  Strategy& StrategyNamed(const std::string& name);
  Report ReportOf(const RunResult& result);
  // Fills in what came of it, and replays it strictly.
  Finding Check(Schedule schedule, const RunResult& recorded, Report report);
  // Of what could not be recorded whole.
  Finding CutOff(Schedule schedule, Report report);

  const Target& target_;
  TargetInfo info_;
  SharedPage& page_;
  std::map<std::string, std::unique_ptr<Strategy>> strategies_;
  std::map<std::pair<std::string, std::vector<int64_t>>, std::unique_ptr<Profile>> profiles_;
  std::unique_ptr<Symbols> symbols_;
  bool symbols_tried_ = false;
};

// The names of an execution, as the engine knows them.
Names EngineNames();

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_SESSION_H_
