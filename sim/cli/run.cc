#include "sim/cli/run.h"

#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "sim/campaign/worker.h"
#include "sim/cli/printer.h"
#include "sim/strategy/strategy.h"
#include "sim/view/story.h"

namespace weir::sim {
namespace {

using Json = nlohmann::json;

void PrintResult(const RunOnceOptions& options, const RunResult& result) {
  if (options.json) {
    PrintJson({{"verdict", std::string(VerdictName(result.verdict.kind))},
               {"points", result.points},
               {"decisions", result.decisions},
               {"threads", result.thread_count},
               {"time_ns", result.time_ns},
               {"fingerprint", absl::StrCat(absl::Hex(result.fingerprint, absl::kZeroPad16))}});
    return;
  }
  Print(absl::StrCat(std::string(VerdictName(result.verdict.kind)), " after ",
                     Counted(result.points, "point"), ", ", Counted(result.thread_count, "thread"),
                     ", ", TimeText(result.time_ns), " of virtual time, fingerprint ",
                     absl::Hex(result.fingerprint, absl::kZeroPad16), "\n"));
}

// Writes the failure down where a campaign would, and tells it.
int TellFailure(const RunOnceOptions& options, const SearchRun& run, const RunResult& result,
                const ChosenTarget& target, Session& session, SharedPage& page) {
  page.expect_hang.store(result.verdict.kind == VerdictKind::kHang);
  const Finding finding = session.Record(run, result);
  absl::StatusOr<std::string> file = absl::UnknownError("");
  absl::StatusOr<Store> store = Store::Open(options.campaign);
  if (!store.ok()) return ExitWith(store.status());
  file = store->PutFound(finding.schedule);
  if (file.ok()) file = store->MakeFirst(*file);
  if (!file.ok()) return ExitWith(file.status());
  const std::string replay =
      finding.whole ? FileCommand("replay", *file, target.path) : SeedCommand(run, target.path);
  if (options.json) {
    PrintJson({{"failure", finding.report.headline},
               {"verdict", std::string(VerdictName(finding.report.verdict.kind))},
               {"signature", finding.report.signature},
               {"file", *file},
               {"replay", replay}});
  } else {
    Print(absl::StrCat("\n", finding.report.headline, "\n\n", ShortText(finding.report),
                       "\nfile    ", DisplayPath(*file), "\nreplay  ", replay, "\n"));
  }
  return finding.report.verdict.kind == VerdictKind::kNondeterminism ? kExitDiverged
                                                                     : kExitFailureFound;
}

int RunInSession(const RunOnceOptions& options, const SearchRun& run, const ChosenTarget& target,
                 Session& session, SharedPage& page) {
  const absl::StatusOr<std::vector<int64_t>> values = session.Values(run);
  if (!values.ok()) return ExitWith(values.status());
  if (!options.json) {
    Print(absl::StrCat(RunText(session.Blank(run, *values)), "  (seed ",
                       run.execution.campaign_seed, ", index ", run.execution.index, ", strategy ",
                       run.strategy, ")\n"));
  }
  Printer printer(options.trace, options.json);
  const RunResult result = session.Search(run, &printer);
  printer.Flush();
  for (uint64_t n = 1; n < options.times; ++n) {
    const RunResult again = session.Search(run);
    if (again.fingerprint == result.fingerprint && again.points == result.points) continue;
    return ExitWith(absl::DataLossError(
        absl::StrCat("run ", n + 1, " of ", options.times, " differs: fingerprint ",
                     absl::Hex(again.fingerprint, absl::kZeroPad16), ", was ",
                     absl::Hex(result.fingerprint, absl::kZeroPad16))));
  }
  PrintResult(options, result);
  if (options.times > 1 && !options.json) {
    Print(absl::StrCat(options.times, " of ", options.times, " runs were equal\n"));
  }
  if (!result.verdict.failed()) return kExitNothingFound;
  return TellFailure(options, run, result, target, session, page);
}

}  // namespace

void AddRunOnceFlags(CLI::App& command, RunOnceOptions& options) {
  command.add_option("--seed", options.seed, "of the campaign that the execution belongs to");
  command.add_option("--index", options.index, "of the execution in that campaign")
      ->capture_default_str();
  command.add_option("--strategy", options.strategy, "see `weir list strategies`")
      ->capture_default_str();
  command.add_option("--set", options.settings,
                     "PARAMETER=VALUE; the others are drawn by the seed");
  AddFaultFlags(command, options.faults);
  AddTargetFlags(command, options.target);
  command.add_flag("--trace", options.trace, "tell every scheduling point");
  command.add_option("--times", options.times, "repeat, and compare the fingerprints")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1'000'000'000}));
  AddHangSeconds(command, options.hang_seconds);
  command.add_option("--campaign", options.campaign, "directory for a failure's file")
      ->capture_default_str();
  command.add_flag("--json", options.json, "one JSON object a line");
}

int RunOnce(const RunOnceOptions& options) {
  if (absl::Status status = CheckStrategy(options.strategy); !status.ok()) return ExitWith(status);
  const absl::StatusOr<FaultSet> faults = ChosenFaults(options.faults);
  if (!faults.ok()) return ExitWith(faults.status());
  const absl::StatusOr<ChosenTarget> target = ChooseTarget(options.target);
  if (!target.ok()) return ExitWith(target.status());
  SearchRun run;
  run.scenario = options.scenario;
  run.execution = {SeedOr(options.seed), options.index, *faults};
  run.strategy = options.strategy;
  return RunWithSession(
      target->path, options.hang_seconds, [&](Session& session, SharedPage& page) {
        const absl::StatusOr<const ScenarioInfo*> scenario =
            FindScenario(session.info(), options.scenario);
        if (!scenario.ok()) return ExitWith(scenario.status());
        absl::StatusOr<std::vector<Parameter>> fixed = ParseSettings(**scenario, options.settings);
        if (!fixed.ok()) return ExitWith(fixed.status());
        run.fixed = *std::move(fixed);
        return RunInSession(options, run, *target, session, page);
      });
}

void AddRun(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<RunOnceOptions>();
  CLI::App* command = app.add_subcommand("run", "one execution, narrated");
  command->add_option("scenario", options->scenario, "see `weir list scenarios`")->required();
  AddRunOnceFlags(*command, *options);
  command->callback([&chosen, options] { chosen = [options] { return RunOnce(*options); }; });
}

}  // namespace weir::sim
