#include "sim/campaign/executor.h"

#include <iterator>
#include <string_view>

#include "sim/strategy/strategy.h"

namespace weir::sim {
namespace {

// Who searches, in turns. What a minimiser is after has few deviations from the default, so every
// second search is by those that deviate seldom.
constexpr std::string_view kSeldom[] = {"pct", "random"};
constexpr int kMostOtherLooks = 64;

}  // namespace

Outcome SessionExecutor::Run(const Schedule& schedule) {
  const absl::StatusOr<Replayed> replayed = session_.Replay(schedule, ReplayMode::kLenient);
  // A candidate with parameters out of range fails in no way that anybody looks for.
  if (!replayed.ok()) return {};
  Outcome outcome;
  outcome.verdict = replayed->result.verdict.kind;
  if (replayed->result.verdict.failed()) {
    outcome.signature = replayed->report.signature;
    outcome.old_signature = replayed->report.old_signature;
  }
  outcome.fingerprint = replayed->result.fingerprint;
  outcome.points = replayed->result.points;
  outcome.unused_edits = replayed->unused_edits;
  outcome.unused_faults = replayed->unused_faults;
  return outcome;
}

Schedule SessionExecutor::Record(const Schedule& schedule) {
  absl::StatusOr<Finding> finding = session_.RecordReplay(schedule);
  return finding.ok() ? std::move(finding->schedule) : schedule;
}

void SessionExecutor::Meet(const SearchRun& run, const RunResult& result,
                           const std::string& signature) {
  if (other_ == nullptr || !others_.insert(signature).second) return;
  Finding finding = session_.Record(run, result);
  if (finding.whole) other_(std::move(finding));
}

std::optional<Schedule> SessionExecutor::Search(const Schedule& like, uint64_t point_budget,
                                                uint64_t seed) {
  SearchRun run;
  run.scenario = like.scenario;
  run.fixed = like.parameters;
  run.execution.campaign_seed = seed;
  run.execution.faults = FaultsOf(like);
  run.strategy = kDefaultStrategy;
  if (like.step_cap != 0) run.step_cap = like.step_cap;
  if (!session_.Values(run).ok()) return std::nullopt;
  // An execution without any point costs nothing by that count, but it does cost.
  constexpr uint64_t kLeastCost = 100;
  for (uint64_t spent = 0; spent < point_budget; ++run.execution.index) {
    if (seed % 2 != 0) run.strategy = kSeldom[run.execution.index % std::size(kSeldom)];
    const RunResult result = session_.Search(run);
    spent += result.points + kLeastCost;
    if (!result.verdict.failed()) continue;
    const bool other_kind = result.verdict.kind != like.verdict.kind;
    if (other_kind && (other_ == nullptr || ++other_looks_ > kMostOtherLooks)) continue;
    const std::string signature = session_.SignatureOfRun(run, result);
    if (other_kind || signature != like.verdict.signature) {
      Meet(run, result, signature);
      continue;
    }
    Finding finding = session_.Record(run, result);
    if (finding.whole) return std::move(finding.schedule);
  }
  return std::nullopt;
}

}  // namespace weir::sim
