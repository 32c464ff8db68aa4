#include "sim/cli/common.h"

#include <sched.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "sim/campaign/death.h"
#include "sim/campaign/messages.h"
#include "sim/campaign/worker.h"

namespace weir::sim {
namespace {

std::string g_program = "weir";

bool FoundByName(const std::string& target_path) {
  const std::filesystem::path path(target_path);
  std::error_code error;
  return std::filesystem::equivalent(
      path, std::filesystem::path(TargetFolder()) / absl::StrCat(path.stem().string(), ".so"),
      error);
}

std::string TargetArgument(const std::string& target_path) {
  if (FoundByName(target_path)) return "";
  return absl::StrCat(" --target ", ShellWord(DisplayPath(target_path)));
}

}  // namespace

void AddTargetFlags(CLI::App& command, TargetFlags& flags) {
  command.add_option("--target", flags.target,
                     "a target: FILE.so, or a name of `weir list targets`");
  command.add_option("--bug", flags.bug, "the known bug of that number as target");
}

void AddHangSeconds(CLI::App& command, double& seconds, const char* name) {
  command.add_option(name, seconds, "CPU seconds without a scheduling point that are a hang")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

void AddFaultFlags(CLI::App& command, FaultFlags& flags) {
  command.add_option("--faults", flags.faults,
                     "A,B: only these; -A,-B: all but these; see `weir list faults`");
  command.add_flag("--no-faults", flags.none, "only the order of threads is searched");
}

absl::StatusOr<FaultSet> ChosenFaults(const FaultFlags& flags) {
  if (flags.none && !flags.faults.empty()) {
    return absl::InvalidArgumentError("--faults and --no-faults exclude each other");
  }
  if (flags.none) return FaultSet::None();
  return flags.faults.empty() ? FaultSet::All() : ParseFaults(flags.faults);
}

std::string FaultFlagOf(FaultSet faults) {
  if (faults == FaultSet::All()) return "";
  return faults.empty() ? " --no-faults" : absl::StrCat(" --faults=", FaultsText(faults));
}

absl::StatusOr<ChosenTarget> ChooseTarget(const TargetFlags& flags, std::string_view fallback) {
  if (!flags.bug.empty() && !flags.target.empty()) {
    return absl::InvalidArgumentError("--bug and --target exclude each other: a bug is a target");
  }
  ChosenTarget chosen;
  if (!flags.bug.empty()) {
    absl::StatusOr<Bug> bug = FindBug(flags.bug);
    if (!bug.ok()) return bug.status();
    chosen.path = bug->target;
    chosen.bug = *std::move(bug);
    return chosen;
  }
  absl::StatusOr<std::string> path =
      FindTarget(flags.target.empty() ? std::string(fallback) : flags.target);
  if (!path.ok()) return path.status();
  chosen.path = *std::move(path);
  return chosen;
}

absl::StatusOr<std::chrono::nanoseconds> ParseDuration(std::string_view flag,
                                                       std::string_view text) {
  absl::Duration duration;
  if (!absl::ParseDuration(std::string(text), &duration) || duration <= absl::ZeroDuration() ||
      duration == absl::InfiniteDuration()) {
    return absl::InvalidArgumentError(
        absl::StrCat(std::string(flag), " ", std::string(text),
                     ": expected a duration above zero such as 60s, 5m or 200ms"));
  }
  return absl::ToChronoNanoseconds(duration);
}

uint64_t SeedOr(const std::optional<uint64_t>& given) {
  if (given) return *given;
  uint64_t seed = 0;
  if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed)) seed = static_cast<uint64_t>(getpid());
  return seed >> 32;  // ten digits are enough, and can be typed
}

int Cores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

void SetProgramName(const char* name) {
  if (name != nullptr && *name != '\0') g_program = name;
}
const std::string& ProgramName() { return g_program; }

std::string FileCommand(std::string_view subcommand, const std::string& file,
                        const std::string& target_path) {
  return absl::StrCat(ShellWord(g_program), " ", std::string(subcommand), " ",
                      ShellWord(DisplayPath(file)), TargetArgument(target_path));
}

std::string SeedCommand(const SearchRun& run, const std::string& target_path) {
  std::string command =
      absl::StrCat(ShellWord(g_program), " replay ", ShellWord(run.scenario), " --seed ",
                   run.execution.campaign_seed, " --index ", run.execution.index, " --strategy ",
                   run.strategy, FaultFlagOf(run.execution.faults));
  for (const Parameter& parameter : run.fixed) {
    absl::StrAppend(&command, " --set ", parameter.name, "=");
    std::visit([&command](const auto& value) { absl::StrAppend(&command, value); },
               parameter.value);
  }
  const bool shipped = std::filesystem::path(target_path).stem() == kDefaultTarget;
  if (shipped && FoundByName(target_path)) return command;
  return absl::StrCat(command, " --target ", ShellWord(DisplayPath(target_path)));
}

int RunWithSession(const std::string& target_path, double hang_seconds,
                   const std::function<int(Session& session, SharedPage& page)>& body,
                   const SessionDied& died) {
  const auto in_child = [&](SharedPage& page) {
    absl::StatusOr<std::unique_ptr<Session>> session = Session::Open(target_path, page);
    return session.ok() ? body(**session, page) : ExitWith(session.status());
  };
  const auto ended = [&](const SharedPage& page, const ChildEnd& end) -> int {
    // Whoever read what weir prints wants no more: it ends as any program does. A target has no
    // pipes.
    if (end.signal == SIGPIPE) return 128 + SIGPIPE;
    if (page.executing.load() != 0 && died != nullptr) return died(page, end);
    std::fprintf(stderr, "weir: the process that ran %s %s (execution %llu of seed %llu)\n",
                 page.scenario[0] != '\0' ? page.scenario : "the target", EndText(end).c_str(),
                 static_cast<unsigned long long>(page.execution.index),
                 static_cast<unsigned long long>(page.execution.campaign_seed));
    // In an execution it is the target's; any other death is weir's own.
    return page.executing.load() != 0 ? kExitFailureFound : kExitMachinery;
  };
  return Supervise(in_child, hang_seconds, ended);
}

int ExitWith(const absl::Status& status) {
  std::fprintf(stderr, "weir: %s\n", std::string(status.message()).c_str());
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitNothingFound;
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnknown:
      return kExitMachinery;
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kAborted:
      return kExitDiverged;
    default:
      return kExitUsage;
  }
}

void PrintJson(const nlohmann::json& json) { Print(DumpJson(json) + "\n"); }

// Not through the stream: this may be called while the target writes to it, which is the same one.
void Print(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<size_t>(written));
  }
}

bool IsTerminal(int fd) { return isatty(fd) == 1; }

size_t TerminalWidth() {
  winsize size = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 120;
  return std::clamp<size_t>(size.ws_col, 80, 160);
}

std::string Grouped(uint64_t number) {
  std::string text = absl::StrCat(number);
  for (size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string Counted(uint64_t number, const char* what) {
  return absl::StrCat(Grouped(number), " ", what, number == 1 ? "" : "s");
}

}  // namespace weir::sim
