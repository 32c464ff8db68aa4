#include <charconv>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "sim/campaign/fuzzer.h"
#include "sim/campaign/suggest.h"
#include "sim/campaign/target_info.h"
#include "sim/cli/common.h"
#include "sim/cli/fuzz_report.h"
#include "sim/strategy/strategy.h"

namespace weir::sim {
namespace {

// A campaign that nobody limited.
constexpr std::string_view kDefaultTime = "60s";
// A program whose hang is expected is not waited for as long.
constexpr double kExpectedHangSeconds = 1;
// Of a bug whose README names none.
constexpr std::string_view kBugScenario = "marker_burst";
constexpr uint32_t kMostDeviations = 1000;

struct FuzzFlags {
  std::vector<std::string> scenarios;
  bool all = false;
  std::string time;
  std::optional<uint64_t> runs;
  int jobs = 0;
  std::optional<uint64_t> seed;
  std::string strategy{kDefaultStrategy};
  std::vector<std::string> settings;
  FaultFlags faults;
  TargetFlags target;
  std::string campaign{kDefaultCampaign};
  std::string shard = "0/1";
  std::string expect;
  std::optional<double> hang_seconds;
  uint64_t step_cap = kDefaultStepCap;
  bool keep_going = false;
  bool verify = false;
  std::string regressions;
  bool no_regressions = false;
  std::string deviations;
  bool reduce = false;
  bool json = false;
};

// "1/4": the second of four.
absl::Status ParseShard(const std::string& text, FuzzOptions& options) {
  const char* const end = text.data() + text.size();
  const auto [slash, error] = std::from_chars(text.data(), end, options.shard);
  if (error == std::errc() && slash != end && *slash == '/') {
    const auto [last, bad] = std::from_chars(slash + 1, end, options.shards);
    if (bad == std::errc() && last == end && options.shard < options.shards) {
      return absl::OkStatus();
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--shard ", text, ": expected I/N with 0 ≤ I < N"));
}

// How much of all schedules a systematic strategy is to explore.
absl::Status ParseExtent(const FuzzFlags& flags, FuzzOptions& options) {
  if (!IsSystematic(flags.strategy)) {
    if (flags.deviations.empty() && !flags.reduce) return absl::OkStatus();
    return absl::InvalidArgumentError("--deviations and --reduce go with --strategy bounded");
  }
  Extent& extent = options.plan.extent;
  extent.reduce = flags.reduce;
  if (flags.deviations == "all") {
    extent.deviations = Extent::kUnbounded;
  } else if (!flags.deviations.empty()) {
    const char* const end = flags.deviations.data() + flags.deviations.size();
    const auto [last, error] = std::from_chars(flags.deviations.data(), end, extent.deviations);
    if (error != std::errc() || last != end || extent.deviations > kMostDeviations) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--deviations ", flags.deviations, ": expected 0 to ", kMostDeviations, ", or all"));
    }
  }
  if (flags.reduce && flags.deviations != "all") {
    return absl::InvalidArgumentError("--reduce goes with --deviations all");
  }
  if (flags.verify) return absl::InvalidArgumentError("--verify does not go with bounded");
  // Races are found along the way, so nobody can know beforehand what to deal out.
  if (flags.reduce) options.jobs = 1;
  return absl::OkStatus();
}

absl::Status ParseExpected(const std::string& name) {
  if (name.empty() || VerdictFromName(name)) return absl::OkStatus();
  std::vector<std::string> known;
  for (int kind = 0; kind < kVerdictKinds; ++kind) {
    known.emplace_back(VerdictName(static_cast<VerdictKind>(kind)));
  }
  return UnknownName("verdict", name, known);
}

// Everything about the command line that can be checked without the target.
absl::StatusOr<FuzzOptions> MakeOptions(const FuzzFlags& flags) {
  FuzzOptions options;
  options.plan.strategy = flags.strategy;
  options.plan.step_cap = flags.step_cap;
  options.runs = flags.runs;
  options.jobs = flags.jobs > 0 ? flags.jobs : Cores();
  options.keep_going = flags.keep_going;
  options.verify = flags.verify;
  const double hang =
      flags.expect == VerdictName(VerdictKind::kHang) ? kExpectedHangSeconds : kDefaultHangSeconds;
  options.hang_seconds = flags.hang_seconds.value_or(hang);
  if (absl::Status status = CheckStrategy(flags.strategy); !status.ok()) return status;
  const absl::StatusOr<FaultSet> faults = ChosenFaults(flags.faults);
  if (!faults.ok()) return faults.status();
  options.plan.faults = *faults;
  if (absl::Status status = ParseExtent(flags, options); !status.ok()) return status;
  if (absl::Status status = ParseShard(flags.shard, options); !status.ok()) return status;
  if (absl::Status status = ParseExpected(flags.expect); !status.ok()) return status;
  if (!flags.time.empty() || (!flags.runs && !IsSystematic(flags.strategy))) {
    absl::StatusOr<std::chrono::nanoseconds> time =
        ParseDuration("--time", flags.time.empty() ? kDefaultTime : flags.time);
    if (!time.ok()) return time.status();
    options.time = *time;
  }
  if (flags.all && !flags.scenarios.empty()) {
    return absl::InvalidArgumentError("--all and scenarios exclude each other");
  }
  return options;
}

// The scenarios that are meant: those named; else a bug's own; else all of the target.
absl::Status ChooseScenarios(const FuzzFlags& flags, const std::optional<Bug>& bug,
                             const TargetInfo& target, FuzzPlan& plan) {
  std::vector<std::string> names = flags.scenarios;
  if (names.empty() && bug && !flags.all) {
    names = bug->scenarios;
    if (names.empty()) names.emplace_back(kBugScenario);
  }
  if (names.empty()) {
    for (const ScenarioInfo& scenario : target.scenarios) {
      if (scenario.expected.empty()) names.push_back(scenario.name);
    }
  }
  if (names.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        target.path, ": the target has no scenario that is expected to pass, and no", " main"));
  }
  if (names.size() > 1 && IsSystematic(flags.strategy)) {
    return absl::InvalidArgumentError("--strategy bounded explores one scenario: name it");
  }
  for (const std::string& name : names) {
    const absl::StatusOr<const ScenarioInfo*> scenario = FindScenario(target, name);
    if (!scenario.ok()) return scenario.status();
    absl::StatusOr<std::vector<Parameter>> fixed = ParseSettings(**scenario, flags.settings);
    if (!fixed.ok()) return fixed.status();
    plan.scenarios.push_back({name, *std::move(fixed)});
  }
  return absl::OkStatus();
}

// Those of the folder that is named, else those beside the target, if it has any.
absl::Status ChooseRegressions(const FuzzFlags& flags, FuzzOptions& options) {
  if (flags.no_regressions || flags.verify) return absl::OkStatus();
  std::vector<std::string> scenarios;
  for (const PlannedScenario& scenario : options.plan.scenarios) scenarios.push_back(scenario.name);
  const bool named = !flags.regressions.empty();
  absl::StatusOr<std::vector<Regression>> regressions =
      ReadRegressions(named ? flags.regressions : RegressionsOf(options.plan.target), scenarios);
  if (!regressions.ok()) {
    return named || !absl::IsNotFound(regressions.status()) ? regressions.status()
                                                            : absl::OkStatus();
  }
  options.regressions = *std::move(regressions);
  return absl::OkStatus();
}

// InvalidArgument if no execution came to its end: that nothing failed says nothing then.
absl::Status NothingRan(const FuzzOptions& options, const FuzzStats& stats,
                        const FuzzReport& report) {
  if (stats.executions > 0 || !report.verdicts().empty()) return absl::OkStatus();
  if (options.runs && options.shard >= *options.runs) {
    return absl::InvalidArgumentError(absl::StrCat("0 executions: shard ", options.shard, "/",
                                                   options.shards, " of --runs ", *options.runs,
                                                   " has none"));
  }
  std::string text = "0 executions";
  if (options.time)
    absl::StrAppend(&text, " in --time ", absl::FormatDuration(absl::FromChrono(*options.time)));
  if (stats.signal != 0) absl::StrAppend(&text, ", until signal ", stats.signal, " came");
  for (const CutOff& cut : stats.cut_off) {
    absl::StrAppend(&text, "; execution ", cut.index, " of ", cut.scenario, " was running, for ",
                    absl::StrFormat("%.1f", cut.cpu_seconds),
                    " s of CPU time without a scheduling point");
  }
  return absl::InvalidArgumentError(absl::StrCat(
      text,
      ". Nothing is known of the target: give it more --time, or none and --runs 1; what "
      "computes for longer than --hang-seconds (now ",
      options.hang_seconds, ") is a hang"));
}

int ExitStatusOf(const FuzzReport& report, const FuzzFlags& flags) {
  if (!flags.expect.empty()) {
    return report.AsExpected() ? kExitNothingFound : kExitFailureFound;
  }
  if (report.verdicts().contains(std::string(VerdictName(VerdictKind::kNondeterminism)))) {
    return kExitDiverged;
  }
  return report.verdicts().empty() ? kExitNothingFound : kExitFailureFound;
}

std::optional<std::string> Expected(const FuzzFlags& flags, const std::optional<Bug>& bug,
                                    const TargetInfo& target) {
  if (!flags.expect.empty()) return flags.expect;
  if (flags.verify) return std::nullopt;  // what fails is not what is asked
  if (bug && !bug->verdict.empty()) return bug->verdict;
  if (flags.scenarios.size() != 1) return std::nullopt;
  const ScenarioInfo* const scenario = target.Find(flags.scenarios[0]);
  if (scenario == nullptr || scenario->expected.empty()) return std::nullopt;
  return scenario->expected;
}

int DoFuzz(const FuzzFlags& flags) {
  absl::StatusOr<FuzzOptions> options = MakeOptions(flags);
  if (!options.ok()) return ExitWith(options.status());
  const absl::StatusOr<ChosenTarget> target = ChooseTarget(flags.target);
  if (!target.ok()) return ExitWith(target.status());
  const absl::StatusOr<TargetInfo> info = DescribeInChild(target->path);
  if (!info.ok()) return ExitWith(info.status());
  options->plan.target = target->path;
  options->plan.build = info->build_id;
  options->plan.seed = SeedOr(flags.seed);
  const absl::Status chosen = ChooseScenarios(flags, target->bug, *info, options->plan);
  if (!chosen.ok()) return ExitWith(chosen);
  if (absl::Status status = ChooseRegressions(flags, *options); !status.ok()) {
    return ExitWith(status);
  }
  const absl::StatusOr<Store> store = Store::Open(flags.campaign);
  if (!store.ok()) return ExitWith(store.status());

  FuzzReport report(*options, *info, Expected(flags, target->bug, *info), flags.json);
  report.Start();
  const FuzzListener listener = {[&](const FailureMessage& failure) { report.Failure(failure); },
                                 [&](const FuzzStats& stats) { report.Progress(stats); }};
  const absl::StatusOr<FuzzStats> stats = Fuzz(*options, *store, listener);
  store->RemoveIfEmpty();
  if (!stats.ok()) return ExitWith(stats.status());
  const absl::Status ran = NothingRan(*options, *stats, report);
  const int status = ran.ok() ? ExitStatusOf(report, flags) : kExitUsage;
  report.End(*stats, status);
  return ran.ok() ? status : ExitWith(ran);
}

}  // namespace

void AddFuzz(CLI::App& app, Command& chosen) {
  auto flags = std::make_shared<FuzzFlags>();
  CLI::App* command = app.add_subcommand("fuzz", "searches for a failing execution");
  command->add_option("scenario", flags->scenarios, "see `weir list scenarios`; all when left out");
  command->add_flag("--all", flags->all, "every scenario of the target");
  command->add_option("--time", flags->time, "at most so long: 60s, 5m; 60s without --runs");
  command->add_option("--runs", flags->runs, "at most so many executions")
      ->check(CLI::Range(uint64_t{1}, ~uint64_t{0} >> 1));
  command->add_option("--jobs", flags->jobs, "worker processes; the cores by default")
      ->check(CLI::Range(1, 1024));
  command->add_option("--seed", flags->seed, "of the campaign; drawn and told by default");
  command->add_option("--strategy", flags->strategy, "see `weir list strategies`")
      ->capture_default_str();
  command->add_option("--set", flags->settings,
                      "PARAMETER=VALUE; the others are drawn by the seed");
  AddFaultFlags(*command, flags->faults);
  AddTargetFlags(*command, flags->target);
  command->add_option("--campaign", flags->campaign, "directory for what is found")
      ->capture_default_str();
  command->add_option("--shard", flags->shard, "I/N: this process' part of the executions");
  command->add_option("--expect", flags->expect, "exit 0 if just this verdict is found, else 1");
  command
      ->add_option("--hang-seconds", flags->hang_seconds,
                   "CPU seconds without a scheduling point that are a hang")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--step-cap", flags->step_cap,
                   "scheduling points after which an execution is ended, with the verdict limit")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1'000'000'000'000}));
  command->add_flag("--keep-going", flags->keep_going, "go on after a failure");
  command->add_flag("--verify", flags->verify,
                    "run each in a cold process and from its recording too; compare");
  command
      ->add_option("--regressions", flags->regressions,
                   "folder of schedules to replay first; TARGET.regressions by default")
      ->check(CLI::ExistingDirectory);
  command->add_flag("--no-regressions", flags->no_regressions, "search at once");
  command->add_option("--deviations", flags->deviations,
                      "bounded: all schedules with at most so many, or `all`; 2 by default");
  command->add_flag("--reduce", flags->reduce,
                    "bounded, all: one of those that differ in the order of independent events");
  command->add_flag("--json", flags->json, "one JSON object a line");
  command->callback([&chosen, flags] { chosen = [flags] { return DoFuzz(*flags); }; });
}

}  // namespace weir::sim
