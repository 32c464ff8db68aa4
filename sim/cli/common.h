// What several subcommands have in common.
#ifndef WEIR_SIM_CLI_COMMON_H_
#define WEIR_SIM_CLI_COMMON_H_

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "sim/campaign/catalogue.h"
#include "sim/campaign/session.h"
#include "sim/campaign/store.h"
#include "sim/campaign/supervisor.h"
#include "sim/cli/commands.h"

namespace weir::sim {

// --target and --bug: which target is meant.
struct TargetFlags {
  std::string target;  // path or name; empty: the shipped barrier
  std::string bug;     // number or name
};
void AddTargetFlags(CLI::App& command, TargetFlags& flags);

// --hang-seconds, or `name`. Shows what `seconds` is before.
void AddHangSeconds(CLI::App& command, double& seconds, const char* name = "--hang-seconds");

// --faults and --no-faults: which of them may be drawn.
struct FaultFlags {
  std::string faults;  // as ParseFaults takes them; empty: all
  bool none = false;
};
void AddFaultFlags(CLI::App& command, FaultFlags& flags);
// InvalidArgument with the known names for another, and for both flags at once.
absl::StatusOr<FaultSet> ChosenFaults(const FaultFlags& flags);
// The flag that chooses them; empty for all.
std::string FaultFlagOf(FaultSet faults);

struct ChosenTarget {
  std::string path;
  std::optional<Bug> bug;
};
// `fallback` is the target's name where no flag says otherwise. InvalidArgument if both flags are
// given; NotFound with the known names.
absl::StatusOr<ChosenTarget> ChooseTarget(const TargetFlags& flags,
                                          std::string_view fallback = kDefaultTarget);

// "60s", "5m", "200ms", "1h30m": more than zero. InvalidArgument with `flag` and an example.
absl::StatusOr<std::chrono::nanoseconds> ParseDuration(std::string_view flag,
                                                       std::string_view text);

// `given`, or a number from the system's entropy.
uint64_t SeedOr(const std::optional<uint64_t>& given);

// Processors that this process may use, at least 1.
int Cores();

// How the user called this program: what suggested commands begin with.
void SetProgramName(const char* name);
const std::string& ProgramName();

// "weir replay FILE", with --target where the schedule's target is not found by its name.
std::string FileCommand(std::string_view subcommand, const std::string& file,
                        const std::string& target_path);
// "weir replay SCENARIO --seed 7 --index 3 …": the execution by its seed.
std::string SeedCommand(const SearchRun& run, const std::string& target_path);

// What becomes of a session whose process died in an execution; the exit status.
using SessionDied = std::function<int(const SharedPage& page, const ChildEnd& end)>;

// Opens a session with the target in a watched child process and runs `body` there; the exit
// status. When the child dies in an execution, `died` has its say; without it, and when it dies
// elsewhere, says so and how to repeat what it ran.
int RunWithSession(const std::string& target_path, double hang_seconds,
                   const std::function<int(Session& session, SharedPage& page)>& body,
                   const SessionDied& died = nullptr);

// One line on standard output, and flushed.
void PrintJson(const nlohmann::json& json);
void Print(std::string_view text);

// True when standard output and standard error are the same kind of thing a person looks at.
bool IsTerminal(int fd);
// Columns of the terminal; 120 when it is none, 80 … 160 else.
size_t TerminalWidth();

// "1,234,567".
std::string Grouped(uint64_t number);
// "1 edit", "2,000 edits". `what` is a word that has its plural by an s.
std::string Counted(uint64_t number, const char* what);

}  // namespace weir::sim

#endif  // WEIR_SIM_CLI_COMMON_H_
