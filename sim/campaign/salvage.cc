#include "sim/campaign/salvage.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/campaign/death.h"
#include "sim/strategy/strategy.h"

namespace weir::sim {
namespace {

// CPU seconds after which an execution that is known to hang hangs again.
constexpr double kKnownHangSeconds = 1;

// Without what only the target knows.
Schedule BlankOf(const std::string& target, const std::string& strategy, const SharedPage& page) {
  Schedule schedule;
  schedule.tool = WEIR_VERSION;
  schedule.target = target.substr(target.rfind('/') + 1);
  if (schedule.target.ends_with(".so")) schedule.target.resize(schedule.target.size() - 3);
  schedule.scenario = page.scenario;
  schedule.origin = {page.execution.campaign_seed, page.execution.index, strategy, 0};
  if (strategy == kDefaultStrategy) {
    const Execution& execution = page.execution;
    schedule.origin.member = TurnOf(strategy, execution.index, execution.threads).strategy->name;
  }
  schedule.step_cap = page.step_cap;
  return schedule;
}

ExpectedVerdict NotRepeated(const ExpectedVerdict& death, const absl::Status& status) {
  return {
      VerdictKind::kNondeterminism, "nondeterminism-process",
      absl::StrCat(death.message, ", and when it was repeated it ", std::string(status.message())),
      ""};
}

}  // namespace

Salvaged Salvage(const std::string& target, const std::string& strategy, const SharedPage& page,
                 const ChildEnd& end, double hang_seconds) {
  Schedule blank = BlankOf(target, strategy, page);
  blank.verdict = DeathVerdict(end);
  if (end.hung) hang_seconds = std::min(hang_seconds, kKnownHangSeconds);
  const std::optional<LoggedRun> logged = LoggedIn(page);
  if (!logged) return {std::move(blank), /*whole=*/false};
  const absl::StatusOr<TargetInfo> info = DescribeInChild(target);
  const ScenarioInfo* const scenario = info.ok() ? info->Find(page.scenario) : nullptr;
  if (scenario == nullptr) return {std::move(blank), /*whole=*/false};
  blank.parameters = NamedParameters(logged->values, scenario->parameters);
  absl::StatusOr<Schedule> written =
      RecordDeath(target, hang_seconds, blank,
                  [&](Session& session, Observer& observer) { session.Repeat(*logged, observer); });
  if (written.ok() && written->verdict.signature == blank.verdict.signature) {
    return {*std::move(written)};
  }
  if (written.ok()) written = absl::AbortedError(written->verdict.message);
  if (absl::IsAborted(written.status())) {
    blank.verdict = NotRepeated(blank.verdict, written.status());
  }
  return {std::move(blank), /*whole=*/false};
}

FailureMessage SalvageFailure(const FuzzPlan& plan, const SharedPage& page, const ChildEnd& end,
                              const Store& store, double hang_seconds) {
  const Salvaged salvaged = Salvage(plan.target, plan.strategy, page, end, hang_seconds);
  const Schedule& schedule = salvaged.schedule;
  FailureMessage failure;
  failure.index = page.execution.index;
  failure.verdict = VerdictName(schedule.verdict.kind);
  failure.signature = schedule.verdict.signature;
  failure.headline = schedule.verdict.message;
  failure.scenario = RunText(schedule);
  failure.edits = schedule.edits.size();
  failure.points = salvaged.whole ? schedule.points : page.progress.points;
  failure.only_by_seed = !salvaged.whole;
  failure.file = store.PutFound(schedule).value_or("");
  return failure;
}

}  // namespace weir::sim
