#include "sim/campaign/inputs.h"

#include "absl/strings/str_cat.h"
#include "sim/schedule/fuzz_input_run.h"
#include "sim/schedule/recorder.h"

namespace weir::sim {
namespace {

absl::Status Differs(const RunResult& one, uint64_t points, uint64_t fingerprint) {
  if (one.points == points && one.fingerprint == fingerprint) return absl::OkStatus();
  return absl::AbortedError(absl::StrCat("the two forms of the schedule are different executions: ",
                                         one.points, " and ", points, " points"));
}

RunResult RunInput(Session& session, const FuzzInput& input, const std::vector<int64_t>& values,
                   uint64_t step_cap, Observer* observer) {
  FuzzInputStrategy strategy(&ThreadPathHash);
  strategy.Use(input);
  RunOptions options;
  options.scenario = session.Find(input.scenario);
  options.values = values;
  options.observer = observer;
  if (step_cap != 0) options.step_cap = step_cap;
  return session.Execute(options, strategy);
}

int64_t IntoRange(int64_t value, const ParameterSpec& spec) {
  if (value >= spec.least && value <= spec.most) return value;
  const uint64_t range = static_cast<uint64_t>(spec.most) - static_cast<uint64_t>(spec.least) + 1;
  const uint64_t above = static_cast<uint64_t>(value) - static_cast<uint64_t>(spec.least);
  return static_cast<int64_t>(static_cast<uint64_t>(spec.least) + above % range);
}

}  // namespace

std::vector<int64_t> ValuesOf(const FuzzInput& input, const ScenarioInfo& scenario) {
  std::vector<int64_t> values;
  for (size_t i = 0; i < scenario.parameters.size(); ++i) {
    const ParameterSpec& spec = scenario.parameters[i];
    values.push_back(i < input.values.size() ? IntoRange(input.values[i], spec) : spec.fallback);
  }
  return values;
}

absl::StatusOr<Schedule> ScheduleOf(Session& session, const FuzzInput& input, SharedPage& page) {
  const absl::StatusOr<const ScenarioInfo*> scenario = FindScenario(session.info(), input.scenario);
  if (!scenario.ok()) return scenario.status();
  const std::vector<int64_t> values = ValuesOf(input, **scenario);
  Recorder recorder(EngineNames(), {});
  const RunResult run = RunInput(session, input, values, 0, &recorder);
  page.expect_hang.store(run.verdict.kind == VerdictKind::kHang);
  SearchRun nowhere;
  nowhere.scenario = input.scenario;
  nowhere.strategy = kFuzzInput;
  Schedule schedule = session.Blank(nowhere, values);
  recorder.FillIn(schedule);
  absl::StatusOr<Finding> finding = session.RecordReplay(schedule);
  if (!finding.ok()) return finding.status();
  const Schedule& recorded = finding->schedule;
  if (absl::Status same = Differs(run, recorded.points, recorded.fingerprint); !same.ok())
    return same;
  return std::move(finding->schedule);
}

absl::StatusOr<FuzzInput> InputOf(Session& session, const Schedule& schedule) {
  const absl::StatusOr<const ScenarioInfo*> scenario =
      FindScenario(session.info(), schedule.scenario);
  if (!scenario.ok()) return scenario.status();
  const absl::StatusOr<std::vector<int64_t>> values =
      ResolveParameters(schedule.parameters, (*scenario)->parameters);
  if (!values.ok()) return values.status();
  const bool is_this_build = schedule.build == session.info().build_id;
  absl::StatusOr<Replay> replay = Replay::Of(
      schedule, EngineNames(), is_this_build ? ReplayMode::kStrict : ReplayMode::kLenient);
  if (!replay.ok()) return replay.status();
  FuzzInputRecorder recorder(*replay, &ThreadPathHash);
  RunOptions options;
  options.scenario = session.Find(schedule.scenario);
  options.values = *values;
  options.observer = &*replay;
  if (schedule.step_cap != 0) options.step_cap = schedule.step_cap;
  const RunResult replayed = session.Execute(options, recorder);
  if (absl::Status same = replay->Check(replayed.points, replayed.fingerprint); !same.ok())
    return same;
  if (recorder.overflowed()) {
    return absl::InvalidArgumentError(absl::StrCat("more than ", FuzzInputRecorder::kMostEdits,
                                                   " decisions differ from the default"));
  }
  FuzzInput input = {session.info().name, schedule.scenario, *values, recorder.edits()};
  const RunResult again = RunInput(session, input, *values, schedule.step_cap, nullptr);
  if (absl::Status same = Differs(again, replayed.points, replayed.fingerprint); !same.ok())
    return same;
  return input;
}

}  // namespace weir::sim
