// A target that contains GoogleTest, run as the test binary that it would be natively: each TEST is
// explored, and what is printed looks as people and their tools know it. So is a plain main(), as
// one test.
#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sim/campaign/fuzzer.h"
#include "sim/campaign/probe.h"
#include "sim/campaign/target_info.h"
#include "sim/cli/common.h"
#include "sim/cli/fuzz_report.h"
#include "sim/cli/replay.h"
#include "sim/cli/test_filter.h"
#include "sim/strategy/strategy.h"

namespace weir::sim {
namespace {

using Clock = std::chrono::steady_clock;

// Of a TEST in which something is to be chosen and that does not say how it is to be explored.
constexpr uint64_t kExecutions = 1000;
// Not drawn: a test should fail, or not, in each run alike.
constexpr uint64_t kSeed = 1;
constexpr std::string_view kNoFaults = "none";
// What a shell says of a process that a signal ended, above the signal's number.
constexpr int kSignalled = 128;

struct GtestFlags {
  std::string target;
  std::string filter = "*";
  bool list = false;
  bool fail_fast = false;
  std::string replay;
  std::optional<uint64_t> executions;
  uint64_t seed = kSeed;
  int jobs = 0;
  std::string campaign{kDefaultCampaign};
  double hang_seconds = kDefaultHangSeconds;
};

// A test that a signal ended is neither passed nor failed, unless it had failed before.
struct TestResult {
  std::string name;
  uint64_t executions = 0;
  uint64_t planned = 0;
  bool failed = false;
  bool settled = false;  // one execution is all there is
  int signal = 0;        // that ended it; 0: it came to its end

  bool stopped() const { return signal != 0 && !failed; }
};

// A TEST's name has a dot, and no other's has. A program without any has one test, its main().
bool IsTest(const ScenarioInfo& scenario) {
  return scenario.name.find('.') != std::string::npos || scenario.name == "main";
}

std::vector<std::string> ChosenTests(const GtestFlags& flags, const TargetInfo& target) {
  std::vector<std::string> names;
  for (const ScenarioInfo& scenario : target.scenarios) {
    if (IsTest(scenario) && MatchesTestFilter(flags.filter, scenario.name)) {
      names.push_back(scenario.name);
    }
  }
  return names;
}

uint64_t MillisecondsSince(Clock::time_point start) {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count());
}

// "Suite." and, indented, the names below it.
int List(const std::vector<std::string>& tests) {
  std::string suite;
  for (const std::string& test : tests) {
    const size_t dot = test.find('.') + 1;  // 0: main
    if (test.substr(0, dot) != suite) Print(absl::StrCat(suite = test.substr(0, dot), "\n"));
    Print(absl::StrCat(dot == 0 ? "" : "  ", test.substr(dot), "\n"));
  }
  return kExitNothingFound;
}

// How a TEST is explored: as the flags say, else as it says itself.
absl::StatusOr<FuzzOptions> OptionsOf(const GtestFlags& flags, const TargetInfo& target,
                                      const std::string& test, const Probe& probe) {
  const Exploration asked = probe.exploration.value_or(Exploration());
  FuzzOptions options;
  options.plan.target = target.path;
  options.plan.build = target.build_id;
  options.plan.scenarios = {{test, {}}};
  options.plan.strategy = asked.strategy.empty() ? std::string(kDefaultStrategy) : asked.strategy;
  options.plan.seed = asked.seed.value_or(flags.seed);
  options.jobs = flags.jobs > 0 ? flags.jobs : Cores();
  options.hang_seconds = flags.hang_seconds;
  options.runs = probe.exploration ? asked.executions : kExecutions;
  if (flags.executions) options.runs = flags.executions;
  if (*options.runs == 0) return absl::InvalidArgumentError("executions is 0: at least 1");
  if (absl::Status status = CheckStrategy(options.plan.strategy); !status.ok()) return status;
  if (!asked.faults.empty()) {
    const absl::StatusOr<FaultSet> faults =
        asked.faults == kNoFaults ? FaultSet::None() : ParseFaults(asked.faults);
    if (!faults.ok()) return faults.status();
    options.plan.faults = *faults;
  }
  if (NothingToChoose(probe.chances, options.plan.faults)) options.runs = 1;
  return options;
}

// `weir gtest ./queue_test --gtest_filter=Queue.LosesNothing --weir_replay=FILE`
std::string ReplayFlags(const GtestFlags& flags, const FailureMessage& failure,
                        const std::string& test) {
  const bool typed = !flags.target.starts_with('/');
  return absl::StrCat(ShellWord(ProgramName()), " gtest ",
                      ShellWord(typed ? flags.target : DisplayPath(flags.target)), " ",
                      ShellWord(absl::StrCat("--gtest_filter=", test)), " ",
                      ShellWord(absl::StrCat("--weir_replay=", DisplayPath(failure.file))));
}

void TellFailure(const GtestFlags& flags, const FuzzPlan& plan, const FailureMessage& failure) {
  std::string text = absl::StrCat(failure.headline, "\n");
  absl::StrAppend(&text, "  verdict   ", failure.verdict, "  (", failure.signature, ")\n",
                  "  found as  execution ", failure.index, " of seed ", plan.seed, "\n");
  const std::string replay = ReplayCommand(plan, failure);
  if (replay == FileCommand("replay", failure.file, plan.target)) {
    absl::StrAppend(&text, "  file      ", DisplayPath(failure.file), "  (",
                    Counted(failure.edits, "edit"), ")\n", "  replay    ",
                    ReplayFlags(flags, failure, plan.scenarios[0].name), "\n  or        ", replay,
                    "\n  minimise  ", FileCommand("minimize", failure.file, plan.target), "\n");
  } else {
    absl::StrAppend(&text, "  replay    ", replay, "\n");
  }
  if (!failure.text.empty()) absl::StrAppend(&text, "\n", failure.text, "\n");
  Print(text);
}

// Each test has a campaign of its own: two may fail at the same place.
std::string CampaignOf(const GtestFlags& flags, const std::string& test) {
  return absl::StrCat(flags.campaign, "/", absl::StrReplaceAll(test, {{"/", "_"}}));
}

absl::StatusOr<TestResult> RunTest(const GtestFlags& flags, const FuzzOptions& options,
                                   const Probe& probe) {
  TestResult result{.name = options.plan.scenarios[0].name, .planned = *options.runs};
  result.settled = NothingToChoose(probe.chances, options.plan.faults);
  if (*options.runs == 1 && probe.passed) {
    result.executions = 1;  // the probe
    return result;
  }
  const absl::StatusOr<Store> parent = Store::Open(flags.campaign);
  if (!parent.ok()) return parent.status();
  const absl::StatusOr<Store> store = Store::Open(CampaignOf(flags, result.name));
  if (!store.ok()) return store.status();
  const auto tell = [&](const FailureMessage& failure) {
    result.failed = true;
    TellFailure(flags, options.plan, failure);
  };
  const absl::StatusOr<FuzzStats> stats = Fuzz(options, *store, {tell, [](const FuzzStats&) {}});
  store->RemoveIfEmpty();
  parent->RemoveIfEmpty();
  if (!stats.ok()) return stats.status();
  result.executions = stats->executions;
  result.signal = stats->signal;
  return result;
}

// Of all tests that were meant; what a signal ended, and what did not run any more, is no result.
void Summarise(const std::vector<TestResult>& results, size_t meant, Clock::time_point start) {
  uint64_t executions = 0;
  std::vector<std::string> failed;
  std::string stopped;
  for (const TestResult& result : results) {
    executions += result.executions;
    if (result.failed) failed.push_back(result.name);
    if (result.signal == 0) continue;
    absl::StrAppend(&stopped, "[  STOPPED ] ", result.name, ": by ", strsignal(result.signal),
                    ", after ", Grouped(result.executions), " of ",
                    Counted(result.planned, "execution"), ": ",
                    result.failed ? "failed before" : "neither passed nor failed", "\n");
    absl::StrAppend(&stopped, "[  STOPPED ] ", Counted(meant - results.size(), "test"),
                    " did not run.\n");
  }
  const size_t passed = static_cast<size_t>(std::ranges::count_if(
      results, [](const TestResult& result) { return !result.failed && !result.stopped(); }));
  std::string text = absl::StrCat("[==========] ", Counted(results.size(), "test"), " ran in ",
                                  Counted(executions, "execution"), ". (", MillisecondsSince(start),
                                  " ms total)\n[  PASSED  ] ", Counted(passed, "test"), ".\n");
  if (!failed.empty()) {
    absl::StrAppend(&text, "[  FAILED  ] ", Counted(failed.size(), "test"), ", listed below:\n");
    for (const std::string& name : failed) absl::StrAppend(&text, "[  FAILED  ] ", name, "\n");
  }
  Print(text + stopped);
}

std::string EndLine(const TestResult& result, Clock::time_point begin) {
  const char* const word = result.failed      ? "[  FAILED  ] "
                           : result.stopped() ? "[  STOPPED ] "
                                              : "[       OK ] ";
  return absl::StrCat(word, result.name, " (", Counted(result.executions, "execution"),
                      result.settled ? ": nothing to choose, " : ", ", MillisecondsSince(begin),
                      " ms)\n");
}

int RunTests(const GtestFlags& flags, const TargetInfo& target,
             const std::vector<std::string>& tests) {
  const absl::StatusOr<std::vector<Probe>> probes =
      ProbeInChild(target.path, tests, flags.hang_seconds);
  if (!probes.ok()) return ExitWith(probes.status());
  const Clock::time_point start = Clock::now();
  std::vector<TestResult> results;
  int status = kExitNothingFound;
  Print(absl::StrCat("[==========] Running ", Counted(tests.size(), "test"), ".\n"));
  for (size_t i = 0; i < tests.size(); ++i) {
    const Clock::time_point begin = Clock::now();
    const absl::StatusOr<FuzzOptions> options = OptionsOf(flags, target, tests[i], (*probes)[i]);
    if (!options.ok()) {
      return ExitWith(absl::Status(
          options.status().code(),
          absl::StrCat(tests[i], ": weir::Explore: ", std::string(options.status().message()))));
    }
    Print(absl::StrCat("[ RUN      ] ", tests[i], "\n"));
    absl::StatusOr<TestResult> result = RunTest(flags, *options, (*probes)[i]);
    if (!result.ok()) return ExitWith(result.status());
    Print(EndLine(*result, begin));
    if (result->failed) status = kExitFailureFound;
    if (result->signal != 0 && status == kExitNothingFound) status = kSignalled + result->signal;
    results.push_back(*std::move(result));
    if (results.back().signal != 0 || (flags.fail_fast && status == kExitFailureFound)) break;
  }
  Summarise(results, tests.size(), start);
  return status;
}

// Exactly the execution that the file describes, which is of one of the tests.
int Replay(const GtestFlags& flags, const TargetInfo& target,
           const std::vector<std::string>& tests) {
  const absl::StatusOr<ScheduleFile> file =
      OpenScheduleFile(flags.replay, {.target = flags.target, .bug = ""});
  if (!file.ok()) return ExitWith(file.status());
  const std::string& test = file->schedule.scenario;
  const absl::StatusOr<const ScenarioInfo*> known = FindScenario(target, test);
  if (!known.ok()) return ExitWith(AboutFile(*file, known.status()));
  if (std::find(tests.begin(), tests.end(), test) == tests.end()) {
    return ExitWith(AboutFile(*file, absl::InvalidArgumentError(absl::StrCat(
                                         "is an execution of ", test,
                                         ", which --gtest_filter=", flags.filter, " leaves out"))));
  }
  Print(absl::StrCat("[ RUN      ] ", test, "\n"));
  ReplayOptions options;
  options.run.hang_seconds = flags.hang_seconds;
  const int status = ReplayFile(options, *file);
  if (status == kExitFailureFound || status == kExitNothingFound) {
    Print(absl::StrCat(status == kExitFailureFound ? "[  FAILED  ] " : "[       OK ] ", test,
                       " (replayed)\n"));
  }
  return status;
}

int DoGtest(const GtestFlags& flags) {
  const absl::StatusOr<ChosenTarget> chosen = ChooseTarget({.target = flags.target, .bug = ""});
  if (!chosen.ok()) return ExitWith(chosen.status());
  const absl::StatusOr<TargetInfo> target = DescribeInChild(chosen->path);
  if (!target.ok()) return ExitWith(target.status());
  if (std::none_of(target->scenarios.begin(), target->scenarios.end(), IsTest)) {
    return ExitWith(absl::InvalidArgumentError(
        absl::StrCat(flags.target, ": has neither a TEST nor main(), only scenarios: `",
                     ProgramName(), " fuzz` runs them")));
  }
  const std::vector<std::string> tests = ChosenTests(flags, *target);
  if (flags.list) return List(tests);
  if (tests.empty()) {
    return ExitWith(absl::InvalidArgumentError(
        absl::StrCat("--gtest_filter=", flags.filter, ": no test of ", flags.target, " matches")));
  }
  if (!flags.replay.empty()) return Replay(flags, *target, tests);
  return RunTests(flags, *target, tests);
}

// What test drivers pass along (ctest does), and what means nothing here.
void AcceptWithoutEffect(CLI::App& command, std::vector<std::string>& values) {
  for (const char* flag : {"--gtest_also_run_disabled_tests", "--gtest_brief",
                           "--gtest_catch_exceptions", "--gtest_color", "--gtest_print_time"}) {
    command.add_option(flag, values)->expected(0, 1)->group("");
  }
}

}  // namespace

void AddGtest(CLI::App& app, Command& chosen) {
  auto flags = std::make_shared<GtestFlags>();
  auto ignored = std::make_shared<std::vector<std::string>>();
  CLI::App* command =
      app.add_subcommand("gtest", "explores each TEST of a target, as its test binary would run");
  command->add_option("target", flags->target, "a target that contains GoogleTest, or has a main()")
      ->required();
  command
      ->add_option("--gtest_filter", flags->filter,
                   "A.*:B.*-A.slow: the tests that are meant; also $GTEST_FILTER")
      ->envname("GTEST_FILTER")
      ->capture_default_str();
  command->add_flag("--gtest_list_tests", flags->list, "lists them");
  command->add_flag("--gtest_fail_fast", flags->fail_fast, "ends with the first that fails");
  command->add_option("--weir_replay", flags->replay, "FILE: exactly this execution of its test");
  command
      ->add_option(
          "--weir_executions", flags->executions,
          "of each test with something to choose; what weir::Explore says, or 1000, by default")
      ->check(CLI::Range(uint64_t{1}, ~uint64_t{0} >> 1));
  command->add_option("--weir_seed", flags->seed, "of tests that do not name theirs")
      ->capture_default_str();
  command->add_option("--weir_jobs", flags->jobs, "worker processes; the cores by default")
      ->check(CLI::Range(1, 1024));
  command->add_option("--weir_campaign", flags->campaign, "directory for what is found")
      ->capture_default_str();
  AddHangSeconds(*command, flags->hang_seconds, "--weir_hang_seconds");
  AcceptWithoutEffect(*command, *ignored);
  // `ignored` lives as long as what parses into it.
  command->callback([&chosen, flags, ignored] { chosen = [flags] { return DoGtest(*flags); }; });
}

}  // namespace weir::sim
