#include "sim/cli/fuzz_report.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "sim/cli/common.h"
#include "sim/strategy/strategy.h"
#include "sim/verdict/identity.h"

namespace weir::sim {
namespace {

using Json = nlohmann::json;

// "4.2k", "17.1M": three digits are what a person reads in a moving line.
std::string Short(double number) {
  if (number < 1e3) return absl::StrFormat("%.0f", number);
  if (number < 1e6) return absl::StrFormat("%.1fk", number / 1e3);
  if (number < 1e9) return absl::StrFormat("%.1fM", number / 1e6);
  return absl::StrFormat("%.1fG", number / 1e9);
}

double PerSecond(uint64_t number, double seconds) {
  return seconds > 0 ? static_cast<double>(number) / seconds : 0;
}

std::string Indented(const std::string& text) {
  std::string indented;
  bool at_start = true;
  for (const char c : text) {
    if (at_start && c != '\n') indented += "  ";
    at_start = c == '\n';
    indented += c;
  }
  return indented;
}

Json CutOffJson(const FuzzStats& stats) {
  Json all = Json::array();
  for (const CutOff& cut : stats.cut_off) {
    all.push_back(
        {{"index", cut.index}, {"scenario", cut.scenario}, {"cpu_seconds", cut.cpu_seconds}});
  }
  return all;
}

Json StatsJson(const FuzzStats& stats) {
  Json strategies = Json::object();
  for (const auto& [name, executions] : stats.strategies) {
    if (executions > 0) strategies[name] = executions;
  }
  return {{"seconds", stats.seconds},
          {"executions", stats.executions},
          {"points", stats.points},
          {"executions_per_second", PerSecond(stats.executions, stats.seconds)},
          {"points_per_second", PerSecond(stats.points, stats.seconds)},
          {"distinct", stats.distinct},
          {"failures", stats.failures},
          {"signatures", stats.buckets},
          {"strategies", strategies},
          {"worker_restarts", stats.restarts},
          {"cut_off", CutOffJson(stats)},
          {"settled", stats.settled}};
}

std::string SharesText(const FuzzStats& stats) {
  std::string text;
  for (const auto& [name, executions] : stats.strategies) {
    if (executions == 0) continue;
    absl::StrAppend(&text, text.empty() ? "" : ", ", name, " ", Grouped(executions));
  }
  return text;
}

std::string RegressionsText(const FuzzOptions& options) {
  const size_t count = options.regressions.size();
  if (count == 0) return "";
  return absl::StrCat(", ", count, count == 1 ? " regression first" : " regressions first");
}

bool IsComplete(const FuzzOptions& options, const FuzzStats& stats) {
  return stats.complete == options.jobs;
}

// "all 1,234 schedules with at most 2 deviations explored"
std::string ExploredText(const FuzzOptions& options, const FuzzStats& stats) {
  if (!IsSystematic(options.plan.strategy)) return "";
  const Extent& extent = options.plan.extent;
  std::string which;
  if (extent.deviations != Extent::kUnbounded) {
    which = absl::StrCat(" with at most ", extent.deviations,
                         extent.deviations == 1 ? " deviation" : " deviations");
  } else if (extent.reduce) {
    which = " that differ in more than the order of independent events";
  }
  const bool complete = IsComplete(options, stats);
  const std::string part =
      options.shards > 1 ? absl::StrCat(" of shard ", options.shard, "/", options.shards) : "";
  const char* const why = stats.cut ? ": some have more decisions than are kept" : "";
  return absl::StrCat(complete ? "all " : "", Grouped(stats.schedules), " schedules", which, part,
                      " explored", complete ? "" : ", not all", complete ? "" : why, "\n");
}

// Of which scenarios no second execution was worth it.
std::string SettledText(const FuzzOptions& options, const FuzzStats& stats) {
  if (stats.settled == 0) return "";
  const std::string which =
      options.plan.scenarios.size() == 1
          ? options.plan.scenarios[0].name
          : absl::StrCat(stats.settled, " of ", options.plan.scenarios.size(), " scenarios");
  return absl::StrCat("nothing to choose in ", which,
                      ": another execution would be the same, so each job ran one\n");
}

// What was ended in the middle, of which nothing is known.
std::string CutOffText(const FuzzStats& stats) {
  std::string text;
  for (const CutOff& cut : stats.cut_off) {
    absl::StrAppend(&text, "execution ", cut.index, " of ", cut.scenario,
                    " did not come to its end: it was cut off after ",
                    absl::StrFormat("%.1f", cut.cpu_seconds),
                    " s of CPU time without a scheduling point\n");
  }
  return text;
}

}  // namespace

FuzzReport::FuzzReport(const FuzzOptions& options, const TargetInfo& target,
                       std::optional<std::string> expected, bool json)
    : options_(options),
      target_(target),
      expected_(std::move(expected)),
      json_(json),
      live_(!json && IsTerminal(STDERR_FILENO)) {}

void FuzzReport::Start() const {
  if (json_) {
    Json scenarios = Json::array();
    for (const PlannedScenario& scenario : options_.plan.scenarios) {
      scenarios.push_back(scenario.name);
    }
    PrintJson({{"event", "start"},
               {"target", options_.plan.target},
               {"scenarios", scenarios},
               {"seed", options_.plan.seed},
               {"strategy", options_.plan.strategy},
               {"jobs", options_.jobs},
               {"regressions", options_.regressions.size()},
               {"unseen_libraries", target_.unseen_libraries}});
    return;
  }
  std::string names;
  for (const PlannedScenario& scenario : options_.plan.scenarios) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", scenario.name);
  }
  Print(absl::StrCat(options_.verify ? "verifying " : "fuzzing ", names, " of ",
                     DisplayPath(options_.plan.target), ": seed ", options_.plan.seed,
                     ", strategy ", options_.plan.strategy, ", ", options_.jobs,
                     options_.jobs == 1 ? " job" : " jobs", RegressionsText(options_), "\n"));
  for (const std::string& library : target_.unseen_libraries) {
    Print(absl::StrCat("note: ", UnseenText(library), "\n"));
  }
}

void FuzzReport::ClearLine() {
  if (line_shown_) std::fprintf(stderr, "\r\033[K");
  line_shown_ = false;
}

void FuzzReport::Progress(const FuzzStats& stats) {
  if (json_) return;
  if (!live_) return;
  const std::string line =
      absl::StrFormat("%5.0f s   %s executions   %s/s   %s points/s   %d failures", stats.seconds,
                      Grouped(stats.executions), Short(PerSecond(stats.executions, stats.seconds)),
                      Short(PerSecond(stats.points, stats.seconds)), stats.failures);
  std::fprintf(stderr, "\r\033[K%s", line.c_str());
  std::fflush(stderr);
  line_shown_ = true;
}

std::string ReplayCommand(const FuzzPlan& plan, const FailureMessage& failure) {
  if (!failure.only_by_seed) return FileCommand("replay", failure.file, plan.target);
  return SeedCommand(PlannedRun(plan, failure.index), plan.target);
}

void FuzzReport::Failure(const FailureMessage& failure) {
  ++verdicts_[failure.verdict];
  signatures_.insert(failure.signature);
  ClearLine();
  const std::string replay = ReplayCommand(options_.plan, failure);
  if (json_) {
    PrintJson({{"event", "failure"},
               {"verdict", failure.verdict},
               {"signature", failure.signature},
               {"headline", failure.headline},
               {"scenario", failure.scenario},
               {"seed", options_.plan.seed},
               {"index", failure.index},
               {"regression", failure.regression},
               {"edits", failure.edits},
               {"points", failure.points},
               {"file", failure.file},
               {"replay", replay}});
    return;
  }
  std::string text = absl::StrCat("\nFAILURE  ", failure.headline, "\n\n");
  absl::StrAppend(&text, "  verdict   ", failure.verdict, "  (", failure.signature, ")\n");
  absl::StrAppend(&text, "  scenario  ", failure.scenario, "\n");
  if (failure.regression.empty()) {
    absl::StrAppend(&text, "  found as  execution ", failure.index, " of seed ", options_.plan.seed,
                    "\n");
  } else {
    absl::StrAppend(&text, "  found as  regression ", failure.regression, "\n");
  }
  absl::StrAppend(&text, "  file      ", DisplayPath(failure.file), "  (",
                  Counted(failure.edits, "edit"), ")\n");
  absl::StrAppend(&text, "  replay    ", replay, "\n");
  if (!failure.only_by_seed) {
    absl::StrAppend(&text, "  minimise  ",
                    FileCommand("minimize", failure.file, options_.plan.target), "\n");
  }
  if (!failure.text.empty()) absl::StrAppend(&text, "\n", Indented(failure.text));
  Print(text + "\n");
}

bool FuzzReport::AsExpected() const {
  if (!expected_) return true;
  const std::vector<std::string> alternatives = absl::StrSplit(*expected_, " or ");
  return std::any_of(alternatives.begin(), alternatives.end(),
                     [this](const std::string& expected) { return Reached(expected); });
}

bool FuzzReport::Reached(const std::string& expected) const {
  if (expected == VerdictName(VerdictKind::kPass)) return verdicts_.empty();
  const size_t blank = expected.find(' ');
  if (blank == std::string::npos) return verdicts_.contains(expected);
  return std::any_of(signatures_.begin(), signatures_.end(), [&](const std::string& signature) {
    return HasOracle(signature, expected.substr(0, blank), expected.substr(blank + 1));
  });
}

// What should have been so in some execution and never was. Where not all scenarios were run, what
// was never asked says nothing.
std::string FuzzReport::NeverText(const FuzzStats& stats) const {
  size_t expected_to_pass = 0;
  for (const ScenarioInfo& scenario : target_.scenarios)
    expected_to_pass += scenario.expected.empty();
  const bool all = options_.plan.scenarios.size() >= expected_to_pass;
  std::string text;
  for (size_t i = 0; i < std::min(target_.sometimes.size(), stats.sometimes.size()); ++i) {
    const auto& [asked, held] = stats.sometimes[i];
    if (held > 0 || (asked == 0 && !all)) continue;
    absl::StrAppend(&text, "never: ", target_.sometimes[i],
                    asked == 0 ? " (nobody asked)"
                               : absl::StrCat(" (asked in ", Grouped(asked), " executions)"),
                    "\n");
  }
  return text;
}

void FuzzReport::End(const FuzzStats& stats, int exit_status) {
  ClearLine();
  if (json_) {
    Json json = StatsJson(stats);
    json["event"] = "end";
    Json sometimes = Json::object();
    for (size_t i = 0; i < std::min(target_.sometimes.size(), stats.sometimes.size()); ++i) {
      sometimes[target_.sometimes[i]] = {{"asked", stats.sometimes[i].asked},
                                         {"held", stats.sometimes[i].held}};
    }
    json["sometimes"] = sometimes;
    json["exit"] = exit_status;
    json["interrupted"] = stats.signal != 0;
    if (IsSystematic(options_.plan.strategy)) {
      json["schedules"] = stats.schedules;
      json["complete"] = IsComplete(options_, stats);
    }
    if (expected_) {
      json["expected"] = *expected_;
      json["as_expected"] = AsExpected();
    }
    PrintJson(json);
    return;
  }
  std::string text = absl::StrFormat(
      "%s of %s points in %.1f s (%s/s, %s points/s), %s different, %s\n",
      Counted(stats.executions, "execution"), Short(static_cast<double>(stats.points)),
      stats.seconds, Short(PerSecond(stats.executions, stats.seconds)),
      Short(PerSecond(stats.points, stats.seconds)),
      (stats.distinct == stats.executions ? "all" : "about " + Grouped(stats.distinct)),
      SharesText(stats));
  absl::StrAppend(&text, ExploredText(options_, stats), SettledText(options_, stats));
  if (stats.restarts > 0) absl::StrAppend(&text, stats.restarts, " workers were replaced\n");
  if (stats.signal != 0) absl::StrAppend(&text, "interrupted\n");
  if (stats.failures == 0) absl::StrAppend(&text, CutOffText(stats));
  if (stats.failures == 0) absl::StrAppend(&text, NeverText(stats));
  absl::StrAppend(&text,
                  stats.executions == 0 && stats.failures == 0 ? "nothing was tested"
                  : stats.failures == 0
                      ? (options_.verify ? "no fingerprint differs" : "no failure")
                      : absl::StrCat(stats.failures, " failed, ", stats.buckets,
                                     stats.buckets == 1 ? " signature" : " signatures"),
                  "\n");
  if (expected_) {
    std::string found;
    for (const auto& [verdict, count] : verdicts_) {
      absl::StrAppend(&found, found.empty() ? "" : ", ", verdict);
    }
    absl::StrAppend(&text, "expected verdict ", *expected_,
                    AsExpected() ? ": matched" : ": NOT matched, found ",
                    AsExpected() ? "" : (found.empty() ? "pass" : found), "\n");
  }
  Print(text);
}

}  // namespace weir::sim
