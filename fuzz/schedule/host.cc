#include "fuzz/schedule/host.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "fuzz/schedule/crash.h"
#include "fuzz/schedule/mutate.h"
#include "fuzz/schedule/signals.h"
#include "sim/campaign/catalogue.h"
#include "sim/campaign/inputs.h"
#include "sim/campaign/session.h"
#include "sim/engine/time_stamp.h"
#include "sim/verdict/report.h"

namespace weir::sim {
namespace {

constexpr size_t kMostBytes = 1 << 16;
// Every so many executions of a scenario all decisions are looked at, for the vocabulary.
constexpr uint64_t kLookEvery = 32;

struct Scenario {
  const ScenarioInfo* info;
  Vocabulary vocabulary;
  uint64_t executions = 0;
};

// Of the process; libFuzzer has one thread.
struct Host {
  SharedPage page;
  std::unique_ptr<Session> session;
  std::vector<std::string> names;  // of the scenarios, in the target's order
  std::map<std::string, Scenario, std::less<>> scenarios;
  FaultSet faults = FaultSet::All();
  std::string target_flag;  // what `weir` needs to find the target
  double hang_seconds = 10;
  FuzzInputStrategy strategy{&ThreadPathHash};
  bool began = false;
  uint64_t executions = 0;
};
Host* g_host = nullptr;

[[noreturn]] void Refuse(const std::string& why) {
  std::fprintf(stderr, "weir: %s\n", why.c_str());
  std::exit(2);
}

template <typename T>
T OrRefuse(absl::StatusOr<T> value) {
  if (!value.ok()) Refuse(std::string(value.status().message()));
  return *std::move(value);
}

struct Flags {
  std::string target, bug, scenario;
  bool no_faults = false;
  double hang_seconds = 10;
};

double Seconds(std::string_view text) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || !(seconds > 0)) {
    Refuse(
        absl::StrCat("--hang: expected seconds, as in --hang=10, got \"", std::string(text), "\""));
  }
  return seconds;
}

Flags ReadFlags(int argc, char** argv) {
  Flags flags;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    if (!flag.starts_with("--")) continue;
    const size_t equals = flag.find('=');
    const std::string_view name = flag.substr(0, equals);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : flag.substr(equals + 1);
    if (name == "--target") {
      flags.target = value;
    } else if (name == "--bug") {
      flags.bug = value;
    } else if (name == "--scenario") {
      flags.scenario = value;
    } else if (name == "--no-faults") {
      flags.no_faults = true;
    } else if (name == "--hang") {
      flags.hang_seconds = Seconds(value);
    } else {
      Refuse(absl::StrCat("unknown flag ", std::string(flag),
                          "; known: --target=, --bug=, --scenario=, --no-faults, --hang=, and "
                          "libFuzzer's with one dash"));
    }
  }
  if (!flags.target.empty() && !flags.bug.empty()) Refuse("--target and --bug exclude each other");
  return flags;
}

// libFuzzer's watch over memory is a thread, and its calls would be taken for a virtual one's.
// Large executions count more edges more often, so without a weight for their time they would be
// all that is kept. With a depth above 1 libFuzzer of clang 14 hands a custom mutator the size that
// the input had before. Later flags win.
void AppendFlags(int* argc, char*** argv) {
  static char no_rss_limit[] = "-rss_limit_mb=0";
  static char weigh_time[] = "-entropic_scale_per_exec_time=1";
  static char one_mutation[] = "-mutate_depth=1";
  static std::vector<char*> arguments;
  arguments.assign(*argv, *argv + *argc);
  arguments.insert(arguments.end(), {weigh_time, one_mutation, no_rss_limit, nullptr});
  *argc = static_cast<int>(arguments.size()) - 1;
  *argv = arguments.data();
}

void AddScenario(const std::string& name) {
  const ScenarioInfo* info = OrRefuse(FindScenario(g_host->session->info(), name));
  g_host->names.push_back(name);
  g_host->scenarios.emplace(name, Scenario{info, {}, 0});
}

void ChooseScenarios(const std::string& named, const std::vector<std::string>& of_bug) {
  if (!named.empty()) return AddScenario(named);
  if (!of_bug.empty()) {
    for (const std::string& name : of_bug) AddScenario(name);
    return;
  }
  for (const ScenarioInfo& scenario : g_host->session->info().scenarios) {
    if (scenario.expected.empty()) AddScenario(scenario.name);
  }
  if (g_host->names.empty()) {
    Refuse(absl::StrCat(g_host->session->info().name,
                        ": no scenario is expected to pass; name one with --scenario="));
  }
}

FuzzInput Blank(const std::string& scenario) {
  return {g_host->session->info().name, scenario, {}, {}};
}

// Null if it is none.
std::unique_ptr<FuzzInput> Read(const uint8_t* data, size_t size) {
  absl::StatusOr<FuzzInput> input =
      ParseFuzzInput({reinterpret_cast<const char*>(data), size}, "input");
  if (!input.ok()) return nullptr;
  return std::make_unique<FuzzInput>(*std::move(input));
}

bool IsFuzzed(const FuzzInput& input) { return g_host->scenarios.contains(input.scenario); }

size_t Write(FuzzInput& input, uint8_t* out, size_t most) {
  std::string bytes = FormatFuzzInput(input);
  while (bytes.size() > most && !input.edits.empty()) {
    input.edits.pop_back();
    bytes = FormatFuzzInput(input);
  }
  if (bytes.size() > most) return 0;
  std::memcpy(out, bytes.data(), bytes.size());
  return bytes.size();
}

RunResult Execute(const Scenario& scenario, const FuzzInput& input, bool capture) {
  const std::vector<int64_t> values = ValuesOf(input, *scenario.info);
  RunOptions options;
  options.scenario = g_host->session->Find(input.scenario);
  options.values = values;
  options.capture_threads = capture;
  EnterExecution(g_host->page.progress.points);
  RunResult result = g_host->session->Execute(options, g_host->strategy);
  LeaveExecution();
  return result;
}

[[noreturn]] void Tell(const Scenario& scenario, const FuzzInput& input) {
  const RunResult result = Execute(scenario, input, /*capture=*/true);
  const Report report = MakeReport(result, g_host->session->symbols());
  CrashFor(
      report.signature,
      absl::StrCat(report.headline, "\n\n", ShortText(report), "\nFound in ", input.scenario,
                   ", execution ", g_host->executions,
                   ". libFuzzer writes the input to a file; to see it again:\n"
                   "  weir replay",
                   g_host->target_flag, " FILE\n  weir minimize", g_host->target_flag, " FILE\n"));
}

}  // namespace

void StartFuzzing(int* argc, char*** argv) {
  const Flags flags = ReadFlags(*argc, *argv);
  static Host host;
  g_host = &host;
  host.hang_seconds = flags.hang_seconds;
  if (flags.no_faults) host.faults = FaultSet::None();
  std::string path;
  std::vector<std::string> of_bug;
  if (!flags.bug.empty()) {
    const Bug bug = OrRefuse(FindBug(flags.bug));
    path = bug.target;
    of_bug = bug.scenarios;
    host.target_flag = absl::StrCat(" --bug ", bug.number);
  } else {
    const std::string target = flags.target.empty() ? std::string(kFuzzedTarget) : flags.target;
    if (target.empty()) Refuse("which target? --target=FILE.so");
    path = OrRefuse(FindTarget(target));
    if (!flags.target.empty()) host.target_flag = absl::StrCat(" --target ", target);
  }
  host.session = OrRefuse(Session::Open(path, host.page));
  ReleaseTimeStamps();  // libFuzzer starts programs
  ChooseScenarios(flags.scenario, of_bug);
  KeepEngineHandlers();
  AppendFlags(argc, argv);
}

int FuzzOne(const uint8_t* data, size_t size) {
  if (size > kMostBytes) return 0;
  if (!g_host->began) {
    g_host->began = true;
    ShareHandlers(g_host->hang_seconds);
  }
  // What is no input is the default schedule: libFuzzer begins with a single newline.
  std::unique_ptr<FuzzInput> input = Read(data, size);
  if (input == nullptr) input = std::make_unique<FuzzInput>(Blank(g_host->names.front()));
  if (!IsFuzzed(*input)) return 0;  // a seed of another one
  Scenario& scenario = g_host->scenarios.find(input->scenario)->second;
  ++g_host->executions;
  const bool look = scenario.executions++ % kLookEvery == 0;
  g_host->strategy.Use(*input);
  g_host->strategy.LookAtAll(look);
  const RunResult result = Execute(scenario, *input, /*capture=*/false);
  if (look) scenario.vocabulary.Add(g_host->strategy.seen());
  if (result.verdict.failed()) Tell(scenario, *input);
  return 0;
}

size_t MutateBytes(uint8_t* data, size_t size, size_t most, unsigned seed) {
  Random random(seed);
  std::unique_ptr<FuzzInput> input = Read(data, size);
  if (input == nullptr || !IsFuzzed(*input)) {
    const auto scenarios = static_cast<uint32_t>(g_host->names.size());
    input = std::make_unique<FuzzInput>(Blank(g_host->names[random.Below(scenarios)]));
  }
  const Scenario& scenario = g_host->scenarios.find(input->scenario)->second;
  Mutate(*input, scenario.vocabulary,
         {.parameters = scenario.info->parameters, .faults = g_host->faults}, random);
  return Write(*input, data, most);
}

size_t SpliceBytes(const uint8_t* one, size_t one_size, const uint8_t* other, size_t other_size,
                   uint8_t* out, size_t most, unsigned seed) {
  const std::unique_ptr<FuzzInput> first = Read(one, one_size);
  const std::unique_ptr<FuzzInput> second = Read(other, other_size);
  if (first == nullptr || second == nullptr || first->scenario != second->scenario ||
      !IsFuzzed(*first))
    return 0;
  Random random(seed);
  FuzzInput spliced = Splice(*first, *second, random);
  return Write(spliced, out, most);
}

}  // namespace weir::sim
