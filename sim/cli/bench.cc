// weir bench: what a scheduling point and an execution cost here, as a ratio to the bare jump
// between two fibers with the FS base written, measured in the same process at the same time.
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/campaign/suggest.h"
#include "sim/campaign/supervisor.h"
#include "sim/cli/commands.h"
#include "sim/cli/common.h"
#include "sim/engine/engine.h"
#include "sim/posix/loader.h"
#include "sim/strategy/strategy.h"
#include "sim/weir.h"

namespace weir::sim {
namespace {

// The n-th repetition of a case is the executions 0 … kExecutions − 1 of campaign n, as often as it
// takes to last so long: the same ones in each run of weir bench. What an execution costs depends
// on the stickiness that it draws (1 − 2^-e with e of 0 … 8: sim/strategy/random.h) more than on
// anything that a commit changes. So a commit that draws other numbers is compared over as many
// executions as can be: the medians of single campaigns of 180 with 16 threads were 21 to 26 ns a
// point, and a dozen executions, as many as fit into 30 ms, differed by a third.
constexpr uint64_t kExecutions = 180;
constexpr double kRepetitionSeconds = 0.03;
constexpr uint64_t kJumpRounds = 500'000;
constexpr uint64_t kLogEntries = 1 << 20;

struct Setting {
  const char* parameter;
  int64_t value;
};

// One line of the result.
struct Case {
  const char* name;
  const char* target;
  const char* scenario;
  const char* strategy;
  std::vector<Setting> settings;
  bool copies = false;  // systematic: goes on from copies of executions
};

// Grouped by target: each target needs a process of its own.
const std::vector<Case>& Cases() {
  static const auto* cases = new std::vector<Case>{
      {"idle_threads/4/random", "bench", "idle_threads", "random", {{"threads", 4}}},
      {"producer_consumer/4/default", "bench", "producer_consumer", "default", {{"threads", 4}}},
      {"producer_consumer/4/random", "bench", "producer_consumer", "random", {{"threads", 4}}},
      {"producer_consumer/16/random", "bench", "producer_consumer", "random", {{"threads", 16}}},
      {"producer_consumer/64/random", "bench", "producer_consumer", "random", {{"threads", 64}}},
      {"producer_consumer/64x64/random",
       "bench",
       "producer_consumer",
       "random",
       {{"threads", 64}, {"share", 64}}},
      {"producer_consumer/4/pct", "bench", "producer_consumer", "pct", {{"threads", 4}}},
      {"producer_consumer/16/pct", "bench", "producer_consumer", "pct", {{"threads", 16}}},
      {"producer_consumer/64/pct", "bench", "producer_consumer", "pct", {{"threads", 64}}},
      {"producer_consumer/64x64/pct",
       "bench",
       "producer_consumer",
       "pct",
       {{"threads", 64}, {"share", 64}}},
      {"marker_burst/default", "fence", "marker_burst", "default", {}},
      {"marker_burst/random", "fence", "marker_burst", "random", {}},
      {"marker_burst/pct", "fence", "marker_burst", "pct", {}},
      {"marker_burst/64x2x8/random",
       "fence",
       "marker_burst",
       "random",
       {{"iterations", 64}, {"workers", 2}, {"burst", 8}}},
      {"marker_burst/bounded/whole",
       "fence",
       "marker_burst",
       "bounded",
       {{"workers", 2}, {"iterations", 1}}},
      {"marker_burst/bounded/copies",
       "fence",
       "marker_burst",
       "bounded",
       {{"workers", 2}, {"iterations", 1}},
       true},
  };
  return *cases;
}

struct BenchOptions {
  std::vector<std::string> names;  // cases; all when empty
  int repetitions = 9;
  bool json = false;
};

// What one repetition gave.
struct Sample {
  double jump_ns = 0;
  double seconds_per_schedule = 0;
  double ns_per_point = 0;
  double points_per_schedule = 0;
};

struct Measured {
  const Case* the_case;
  const WeirScenario* scenario;
  std::vector<int64_t> values;
  std::unique_ptr<Strategy> strategy;
  std::vector<Sample> samples;
};

double Seconds(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// CPU time, so that what else runs on the machine counts as little as possible.
double CpuSecondsOfThread() { return Seconds(CLOCK_THREAD_CPUTIME_ID); }

// Nanoseconds of CPU time per bare jump; MeasureBareJump() measures elapsed time.
double JumpNs() {
  const double cpu = CpuSecondsOfThread();
  const double elapsed = Seconds(CLOCK_MONOTONIC);
  const double ns = MeasureBareJump(kJumpRounds);
  return ns * (CpuSecondsOfThread() - cpu) / (Seconds(CLOCK_MONOTONIC) - elapsed);
}

// The fields of Samples in turn, each the median of its own.
Sample Median(const std::vector<Sample>& samples) {
  const auto median = [&samples](double Sample::*field) {
    std::vector<double> values;
    for (const Sample& sample : samples) values.push_back(sample.*field);
    std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
    return values[values.size() / 2];
  };
  return {median(&Sample::jump_ns), median(&Sample::seconds_per_schedule),
          median(&Sample::ns_per_point), median(&Sample::points_per_schedule)};
}

double MedianRatio(const std::vector<Sample>& samples) {
  std::vector<double> ratios;
  for (const Sample& sample : samples) ratios.push_back(sample.ns_per_point / sample.jump_ns);
  std::nth_element(ratios.begin(), ratios.begin() + ratios.size() / 2, ratios.end());
  return ratios[ratios.size() / 2];
}

// VmRSS or VmHWM of this process, in bytes; 0 if the system does not say.
uint64_t ResidentBytes(const char* field) {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.rfind(field, 0) != 0) continue;
    return std::strtoull(line.c_str() + std::strlen(field) + 1, nullptr, 10) * 1024;
  }
  return 0;
}

absl::StatusOr<Measured> Prepare(const Case& the_case, const Target& target) {
  for (const WeirScenario* scenario : target.scenarios) {
    if (std::string_view(scenario->name) != the_case.scenario) continue;
    Measured measured{&the_case, scenario, {}, MakeStrategy(the_case.strategy), {}};
    for (size_t i = 0; i < scenario->parameter_count; ++i) {
      const WeirParameter& parameter = scenario->parameters[i];
      measured.values.push_back(parameter.fallback);
      for (const Setting& setting : the_case.settings) {
        if (std::strcmp(setting.parameter, parameter.name) == 0) {
          measured.values.back() = setting.value;
        }
      }
    }
    return measured;
  }
  return absl::InternalError(
      absl::StrCat("target ", target.path, " has no scenario ", the_case.scenario));
}

// What a repetition has run so far.
struct Work {
  RunOptions options;
  uint64_t executions = 0;
  uint64_t points = 0;
};

absl::Status RunOne(Measured& measured, Work& work) {
  const RunResult result = Run(work.options, *measured.strategy);
  ++work.executions;
  work.points += result.points;
  if (!result.verdict.failed()) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(
      measured.the_case->name, ", execution ", work.options.execution.index, " of campaign ",
      work.options.execution.campaign_seed, ": ", result.verdict.message));
}

absl::Status RunTheSame(Measured& measured, Work& work) {
  const double begin = CpuSecondsOfThread();
  while (CpuSecondsOfThread() - begin < kRepetitionSeconds) {
    for (uint64_t index = 0; index < kExecutions; ++index) {
      work.options.execution.index = index;
      if (absl::Status status = RunOne(measured, work); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

// The whole search, since what an execution has in common with the one before depends on where in
// the tree it is. Points that were not run again count as well.
absl::Status RunSearch(Measured& measured, Work& work) {
  measured.strategy = MakeStrategy(measured.the_case->strategy);
  work.options.execution.extent.deviations = 1;
  work.options.whole = !measured.the_case->copies;
  do {
    if (absl::Status status = RunOne(measured, work); !status.ok()) return status;
  } while (measured.strategy->Advance());
  return absl::OkStatus();
}

absl::StatusOr<Sample> Repeat(Measured& measured, uint64_t campaign_seed, DecisionLog& log,
                              SharedPage& page) {
  Sample sample;
  sample.jump_ns = JumpNs();
  Work work;
  work.options.scenario = measured.scenario;
  work.options.values = measured.values;
  work.options.execution.campaign_seed = campaign_seed;
  work.options.log = &log;
  work.options.progress = &page.progress;
  const double begin = CpuSecondsOfThread();
  const absl::Status status = IsSystematic(measured.the_case->strategy)
                                  ? RunSearch(measured, work)
                                  : RunTheSame(measured, work);
  if (!status.ok()) return status;
  const double seconds = CpuSecondsOfThread() - begin;
  sample.seconds_per_schedule = seconds / static_cast<double>(work.executions);
  sample.ns_per_point = seconds * 1e9 / static_cast<double>(work.points);
  sample.points_per_schedule =
      static_cast<double>(work.points) / static_cast<double>(work.executions);
  return sample;
}

void PrintHeading() {
  Print(absl::StrFormat("%-30s %12s %10s %10s %9s %8s %9s\n", "", "schedules/s", "µs each",
                        "points", "ns/point", "× jump", "MiB"));
}

void PrintCase(const Measured& measured, bool json) {
  const Sample median = Median(measured.samples);
  const double ratio = MedianRatio(measured.samples);
  const uint64_t peak = ResidentBytes("VmHWM:");
  if (!json) {
    Print(absl::StrFormat("%-29s %12.0f %9.1f %10.1f %9.1f %7.2f %8.1f\n", measured.the_case->name,
                          1 / median.seconds_per_schedule, median.seconds_per_schedule * 1e6,
                          median.points_per_schedule, median.ns_per_point, ratio,
                          static_cast<double>(peak) / (1 << 20)));
    return;
  }
  PrintJson({{"name", measured.the_case->name},
             {"strategy", measured.the_case->strategy},
             {"schedules_per_second", 1 / median.seconds_per_schedule},
             {"ns_per_point", median.ns_per_point},
             {"ratio_to_jump", ratio},
             {"jump_ns", median.jump_ns},
             {"points_per_schedule", median.points_per_schedule},
             {"ns_per_schedule", median.seconds_per_schedule * 1e9},
             {"resident_bytes", ResidentBytes("VmRSS:")},
             {"peak_resident_bytes", peak},
             {"repetitions", measured.samples.size()}});
}

DecisionLog* MakeLog() {
  const size_t bytes = sizeof(DecisionLog) + kLogEntries * sizeof(Deviation);
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  auto* log = new (memory) DecisionLog;
  log->capacity = kLogEntries;
  return log;
}

// In a child: all chosen cases of one target, their repetitions in turn.
absl::Status MeasureTarget(const std::string& path, const std::vector<const Case*>& cases,
                           const BenchOptions& options, SharedPage& page) {
  if (absl::Status status = StartEngine({}); !status.ok()) return status;
  const absl::StatusOr<const Target*> target = LoadTarget(path);
  if (!target.ok()) return target.status();
  DecisionLog* log = MakeLog();
  if (log == nullptr) return absl::ResourceExhaustedError("no memory for the decision log");

  std::vector<Measured> all;
  for (const Case* the_case : cases) {
    absl::StatusOr<Measured> measured = Prepare(*the_case, **target);
    if (!measured.ok()) return measured.status();
    all.push_back(*std::move(measured));
  }
  // The first round warms caches and is not counted.
  for (int repetition = -1; repetition < options.repetitions; ++repetition) {
    const auto campaign_seed = static_cast<uint64_t>(std::max(repetition, 0) + 1);
    for (Measured& measured : all) {
      const absl::StatusOr<Sample> sample = Repeat(measured, campaign_seed, *log, page);
      if (!sample.ok()) return sample.status();
      if (repetition >= 0) measured.samples.push_back(*sample);
    }
  }
  for (const Measured& measured : all) PrintCase(measured, options.json);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<const Case*>> ChosenCases(const BenchOptions& options) {
  std::vector<const Case*> chosen;
  for (const Case& the_case : Cases()) {
    const bool wanted =
        options.names.empty() ||
        std::any_of(options.names.begin(), options.names.end(), [&](const std::string& name) {
          return std::string_view(the_case.name).substr(0, name.size()) == name;
        });
    if (wanted) chosen.push_back(&the_case);
  }
  if (!chosen.empty()) return chosen;
  std::vector<std::string> known;
  for (const Case& the_case : Cases()) known.push_back(the_case.name);
  return UnknownName("benchmark", options.names.front(), known);
}

int RunBench(const BenchOptions& options) {
  const absl::StatusOr<std::vector<const Case*>> chosen = ChosenCases(options);
  if (!chosen.ok()) return ExitWith(chosen.status());
  if (!options.json) PrintHeading();
  for (size_t first = 0; first < chosen->size();) {
    const char* name = (*chosen)[first]->target;
    std::vector<const Case*> cases;
    for (; first < chosen->size() && std::strcmp((*chosen)[first]->target, name) == 0; ++first) {
      cases.push_back((*chosen)[first]);
    }
    const absl::StatusOr<ChosenTarget> target = ChooseTarget({}, name);
    if (!target.ok()) return ExitWith(target.status());
    const int status = Supervise(
        [&](SharedPage& page) {
          const absl::Status measured = MeasureTarget(target->path, cases, options, page);
          return measured.ok() ? kExitNothingFound : ExitWith(measured);
        },
        kDefaultHangSeconds,
        [&](const SharedPage&, const ChildEnd& end) {
          return ExitWith(absl::InternalError(
              absl::StrCat("the process that measured ", name, " died of signal ", end.signal)));
        });
    if (status != kExitNothingFound) return status;
  }
  return kExitNothingFound;
}

}  // namespace

void AddBench(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App* command = app.add_subcommand("bench", "schedules/s, ns per scheduling point");
  command->add_option("name", options->names, "benchmarks, by the beginning of the name; else all");
  command->add_option("--repetitions", options->repetitions, "of which the median is taken")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_flag("--json", options->json, "one JSON object a line");
  command->callback([&chosen, options] { chosen = [options] { return RunBench(*options); }; });
}

}  // namespace weir::sim
