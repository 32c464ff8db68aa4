#include "sim/campaign/salvage.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "sim/strategy/strategy.h"

namespace weir::sim {

std::string EndText(const ChildEnd& end) {
  if (end.hung) return "did not reach a scheduling point, did not answer, and was killed";
  if (end.signal != 0) {
    return absl::StrCat("was killed by signal ", end.signal, " (", strsignal(end.signal), ")");
  }
  return absl::StrCat("exited with status ", end.exit_status);
}

FailureMessage Salvage(const FuzzPlan& plan, const SharedPage& page, const ChildEnd& end,
                       const Store& store) {
  const VerdictKind kind = end.hung ? VerdictKind::kHang : VerdictKind::kCrash;
  const uint64_t index = page.execution.index;

  Schedule schedule;
  schedule.tool = WEIR_VERSION;
  schedule.target = plan.target.substr(plan.target.rfind('/') + 1);
  if (schedule.target.ends_with(".so")) schedule.target.resize(schedule.target.size() - 3);
  schedule.scenario = page.scenario;
  for (const PlannedScenario& scenario : plan.scenarios) {
    if (scenario.name == page.scenario) schedule.parameters = scenario.fixed;
  }
  schedule.origin = {page.execution.campaign_seed, index, plan.strategy, 0};
  if (plan.strategy == kDefaultStrategy) {
    schedule.origin.member = TurnOf(plan.strategy, index, page.execution.threads).strategy->name;
  }
  schedule.step_cap = plan.step_cap;
  schedule.verdict = {kind, absl::StrCat(std::string(VerdictName(kind)), "-process"),
                      absl::StrCat("the process that ran it ", EndText(end)), ""};

  FailureMessage failure;
  failure.index = index;
  failure.verdict = VerdictName(kind);
  failure.signature = schedule.verdict.signature;
  failure.headline = schedule.verdict.message;
  failure.scenario = RunText(schedule);
  failure.points = page.progress.points;
  failure.only_by_seed = true;  // the recorder has died with the process
  failure.file = store.PutFound(schedule).value_or("");
  return failure;
}

}  // namespace weir::sim
