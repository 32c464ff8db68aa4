#include "sim/campaign/session.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "sim/campaign/draw.h"
#include "sim/schedule/deviation_replay.h"
#include "sim/schedule/observer_list.h"
#include "sim/schedule/recorder.h"
#include "sim/strategy/strategy.h"
#include "sim/weir.h"

namespace weir::sim {
namespace {

void CopyText(char* to, size_t size, const std::string& text) {
  std::snprintf(to, size, "%s", text.c_str());
}

// What the replay reports instead of the failure when two executions of one schedule differ.
Verdict Nondeterminism(const Verdict& seen, const std::string& difference) {
  Verdict verdict;
  verdict.kind = VerdictKind::kNondeterminism;
  CopyText(verdict.oracle, sizeof(verdict.oracle), "replay");
  CopyText(verdict.message, sizeof(verdict.message),
           absl::StrCat("an execution that ended with ", std::string(VerdictName(seen.kind)),
                        " came out differently when it was repeated: ", difference));
  return verdict;
}

ExpectedVerdict Expected(const Report& report, const std::string& thread_path) {
  return {report.verdict.kind, report.signature, report.headline, thread_path};
}

// The difference between two executions that should be one; empty if there is none.
std::string Difference(const RunResult& first, const RunResult& second) {
  if (first.fingerprint == second.fingerprint && first.points == second.points) return "";
  return absl::StrCat("first ", first.points, " points, ",
                      std::string(VerdictName(first.verdict.kind)), ", fingerprint ",
                      absl::Hex(first.fingerprint, absl::kZeroPad16), ", then ", second.points,
                      " points, ", std::string(VerdictName(second.verdict.kind)), ", fingerprint ",
                      absl::Hex(second.fingerprint, absl::kZeroPad16));
}

// Seen in watched executions alone: a search goes on with what lies there, and may end in any way.
bool IsSeenByWatching(const Verdict& verdict) {
  return verdict.kind == VerdictKind::kCrash &&
         std::string_view(verdict.oracle) == "use_after_return";
}

std::string FailedPath(const RunResult& result) {
  for (const ThreadReport& thread : result.threads) {
    if (thread.failed) return thread.path;
  }
  return "";
}

// What is left of an execution that has too many edits, in the order in which it is tried.
constexpr size_t kCuts[] = {1 << 8, 1 << 12, Recorder::kMostEdits};

// Of how many scenarios with parameters the profiles are kept.
constexpr size_t kMostProfiles = 256;

ObjectId ObjectIdAt(const void* address) { return IdOf(ObjectAt(address)); }

}  // namespace

Names EngineNames() { return {&ThreadPath, &ThreadPathHash, &ThreadName, &ObjectName}; }

Session::Session(const Target& target, SharedPage& page)
    : target_(target), info_(Describe(target)), page_(page) {}

absl::StatusOr<std::unique_ptr<Session>> Session::Open(const std::string& target_path,
                                                       SharedPage& page) {
  if (absl::Status status = StartEngine({}); !status.ok()) return status;
  absl::StatusOr<const Target*> target = LoadTarget(target_path);
  if (!target.ok()) return target.status();
  return std::unique_ptr<Session>(new Session(**target, page));
}

const WeirScenario* Session::Find(std::string_view name) const {
  const auto found =
      std::find_if(target_.scenarios.begin(), target_.scenarios.end(),
                   [name](const WeirScenario* scenario) { return scenario->name == name; });
  return found == target_.scenarios.end() ? nullptr : *found;
}

Strategy& Session::StrategyNamed(const std::string& name) {
  std::unique_ptr<Strategy>& strategy = strategies_[name];
  if (strategy == nullptr) strategy = MakeStrategy(name);
  return *strategy;
}

Symbols* Session::symbols() {
  if (!symbols_tried_) {
    symbols_tried_ = true;
    absl::StatusOr<std::unique_ptr<Symbols>> created = Symbols::Create();
    if (created.ok()) symbols_ = *std::move(created);
  }
  return symbols_.get();
}

Report Session::ReportOf(const RunResult& result) {
  if (!result.verdict.failed()) return MakeReport(result, nullptr);
  return MakeReport(result, symbols());
}

absl::StatusOr<std::vector<int64_t>> Session::Values(const SearchRun& run) const {
  absl::StatusOr<const ScenarioInfo*> scenario = FindScenario(info_, run.scenario);
  if (!scenario.ok()) return scenario.status();
  if (IsSystematic(run.strategy)) return ResolveParameters(run.fixed, (*scenario)->parameters);
  Execution execution = run.execution;
  execution.index = DrawnAs(run.strategy, execution.index);
  return DrawParameters((*scenario)->parameters, run.fixed, execution);
}

RunResult Session::Execute(RunOptions options, Strategy& strategy) {
  // Written first: what the parent finds here when this process is gone is how to do it again.
  page_.execution = options.execution;
  CopyText(page_.scenario, sizeof(page_.scenario), options.scenario->name);
  page_.value_count =
      static_cast<uint32_t>(std::min<size_t>(options.values.size(), kMostParameters));
  std::copy_n(options.values.begin(), page_.value_count, page_.values);
  page_.step_cap = options.step_cap;
  options.log = page_.log;
  page_.executing.store(1);
  options.progress = &page_.progress;
  RunResult result = weir::sim::Run(options, strategy);
  page_.executing.store(0);
  return result;
}

const Profile& Session::ProfileOf(const SearchRun& run, std::span<const int64_t> values) {
  if (profiles_.size() == kMostProfiles) profiles_.clear();
  std::unique_ptr<Profile>& profile =
      profiles_[{run.scenario, std::vector<int64_t>(values.begin(), values.end())}];
  if (profile != nullptr) return *profile;
  Profiler profiler({&ThreadPathHash, &ObjectIdAt, &ThreadPath});
  DefaultStrategy strategy;
  RunOptions options;
  options.scenario = Find(run.scenario);
  options.values = values;
  options.execution = run.execution;
  options.step_cap = run.step_cap;
  options.observer = &profiler;
  const RunResult result = Execute(options, strategy);
  profile = std::make_unique<Profile>(profiler.Finish(result.points, result.verdict.failed()));
  return *profile;
}

bool Session::GoesByThreads(const SearchRun& run) const {
  return run.strategy == kDefaultStrategy &&
         run.fixed.size() == info_.Find(run.scenario)->parameters.size();
}

uint32_t Session::ThreadsOf(const SearchRun& run, std::span<const int64_t> values) const {
  if (!GoesByThreads(run)) return 0;
  const auto found =
      profiles_.find({run.scenario, std::vector<int64_t>(values.begin(), values.end())});
  if (found == profiles_.end()) return 0;
  return static_cast<uint32_t>(found->second->threads.size());
}

RunResult Session::Search(const SearchRun& run, Observer* observer, bool capture) {
  const absl::StatusOr<std::vector<int64_t>> values = Values(run);
  RunOptions options;
  options.scenario = Find(run.scenario);
  options.values = *values;
  options.execution = run.execution;
  options.step_cap = run.step_cap;
  options.observer = observer;
  options.capture_threads = capture;
  Strategy* strategy = &StrategyNamed(run.strategy);
  DefaultStrategy unedited;
  if (GoesByThreads(run)) ProfileOf(run, *values);
  options.execution.threads = ThreadsOf(run, *values);
  if (MemberOf(run, *values).uses_profile) {
    options.execution.profile = &ProfileOf(run, *values);
    if (options.execution.profile->failed) strategy = &unedited;
  }
  return Execute(options, *strategy);
}

const StrategyInfo& Session::MemberOf(const SearchRun& run) const {
  return MemberOf(run, *Values(run));
}

const StrategyInfo& Session::MemberOf(const SearchRun& run, std::span<const int64_t> values) const {
  return *TurnOf(run.strategy, run.execution.index, ThreadsOf(run, values)).strategy;
}

RunResult Session::Repeat(const LoggedRun& logged, Observer& observer) {
  DeviationReplay strategy(logged.deviations);
  RunOptions options;
  options.scenario = Find(logged.run.scenario);
  options.values = logged.values;
  options.execution = logged.run.execution;
  options.step_cap = logged.run.step_cap;
  options.observer = &observer;
  return Execute(options, strategy);
}

Strategy& Session::StrategyOf(const SearchRun& run) { return StrategyNamed(run.strategy); }

std::string Session::SignatureOfRun(const SearchRun& run, const RunResult& result) {
  if (!result.verdict.failed()) return SignatureOf(result, nullptr);
  return SignatureOf(Search(run, nullptr, /*capture=*/true), symbols());
}

Schedule Session::Blank(const SearchRun& run, std::span<const int64_t> values) const {
  Schedule schedule;
  schedule.tool = WEIR_VERSION;
  schedule.target = info_.name;
  schedule.build = info_.build_id;
  schedule.scenario = run.scenario;
  schedule.parameters = NamedParameters(values, info_.Find(run.scenario)->parameters);
  schedule.origin = {run.execution.campaign_seed, run.execution.index, run.strategy, 0};
  if (run.strategy == kDefaultStrategy) schedule.origin.member = MemberOf(run, values).name;
  schedule.step_cap = run.step_cap;
  return schedule;
}

Finding Session::Record(const SearchRun& run, const RunResult& expected) {
  Recorder recorder(EngineNames(), {.total_points = expected.points});
  const RunResult result = Search(run, &recorder, /*capture=*/true);
  Report report = ReportOf(result);
  Schedule schedule = Blank(run, *Values(run));
  recorder.FillIn(schedule);
  const std::string difference = Difference(expected, result);
  if (!difference.empty() && !IsSeenByWatching(result.verdict)) {
    report.verdict = Nondeterminism(expected.verdict, difference);
    report.headline = Headline(report.verdict, "", "", {});
    report.signature = "nondeterminism-search";
    schedule.verdict = Expected(report, "");
    schedule.fingerprint = expected.fingerprint;
    return {std::move(schedule), std::move(report)};
  }
  if (!recorder.whole()) return CutOff(std::move(schedule), std::move(report));
  return Check(std::move(schedule), result, std::move(report));
}

Finding Session::CutOff(Schedule schedule, Report report) {
  const std::vector<Edit> edits = std::move(schedule.edits);
  for (const size_t kept : kCuts) {
    if (!report.verdict.failed()) break;
    schedule.edits.assign(edits.begin(), edits.begin() + std::min(kept, edits.size()));
    const absl::StatusOr<Replayed> replayed = Replay(schedule, ReplayMode::kLenient);
    if (!replayed.ok() || !replayed->result.verdict.failed()) continue;
    if (replayed->report.signature != report.signature) continue;
    absl::StatusOr<Finding> finding = RecordReplay(schedule);
    if (finding.ok()) return *std::move(finding);
  }
  schedule.edits.clear();
  schedule.verdict = Expected(report, "");
  return {std::move(schedule), std::move(report), /*whole=*/false};
}

Finding Session::Check(Schedule schedule, const RunResult& recorded, Report report) {
  schedule.verdict = Expected(report, FailedPath(recorded));
  schedule.fingerprint = recorded.fingerprint;
  schedule.points = recorded.points;
  const absl::StatusOr<Replayed> again = Replay(schedule, ReplayMode::kStrict);
  const absl::Status same = again.ok() ? again->same : again.status();
  if (!same.ok()) {
    report.verdict = Nondeterminism(recorded.verdict, std::string(same.message()));
    report.headline = Headline(report.verdict, "", "", {});
    report.signature = "nondeterminism-replay";
    schedule.verdict = Expected(report, "");
  }
  return {std::move(schedule), std::move(report)};
}

absl::StatusOr<Replayed> Session::Replay(const Schedule& schedule, ReplayMode mode,
                                         Observer* observer) {
  absl::StatusOr<const ScenarioInfo*> scenario = FindScenario(info_, schedule.scenario);
  if (!scenario.ok()) return scenario.status();
  absl::StatusOr<std::vector<int64_t>> values =
      ResolveParameters(schedule.parameters, (*scenario)->parameters);
  if (!values.ok()) return values.status();
  absl::StatusOr<weir::sim::Replay> replay = weir::sim::Replay::Of(schedule, EngineNames(), mode);
  if (!replay.ok()) return replay.status();

  ObserverList both({&*replay, observer});
  RunOptions options;
  options.scenario = Find(schedule.scenario);
  options.values = *values;
  options.execution = {schedule.origin.campaign_seed, schedule.origin.index};
  if (schedule.step_cap != 0) options.step_cap = schedule.step_cap;
  options.observer = observer == nullptr ? static_cast<Observer*>(&*replay) : &both;
  options.capture_threads = true;

  Replayed replayed;
  replayed.result = Execute(options, *replay);
  replayed.report = ReportOf(replayed.result);
  replayed.same = replay->Check(replayed.result.points, replayed.result.fingerprint);
  replayed.unused_edits = replay->UnusedEdits();
  replayed.unused_faults = replay->UnusedFaults();
  return replayed;
}

absl::StatusOr<Finding> Session::RecordReplay(const Schedule& schedule) {
  // The checkpoints want the number of points, so it runs once without the recorder.
  absl::StatusOr<Replayed> first = Replay(schedule, ReplayMode::kLenient);
  if (!first.ok()) return first.status();
  Recorder recorder(EngineNames(), {.total_points = first->result.points});
  absl::StatusOr<Replayed> second = Replay(schedule, ReplayMode::kLenient, &recorder);
  if (!second.ok()) return second.status();
  Schedule written = schedule;
  recorder.FillIn(written);
  written.tool = WEIR_VERSION;
  written.target = info_.name;
  written.build = info_.build_id;
  return Check(std::move(written), second->result, std::move(second->report));
}

}  // namespace weir::sim
