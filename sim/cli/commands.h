// The subcommands of weir. Each has a file of its own (list.cc, run.cc, …) and registers itself
// here.
#ifndef WEIR_SIM_CLI_COMMANDS_H_
#define WEIR_SIM_CLI_COMMANDS_H_

#include <CLI/CLI.hpp>
#include <functional>

#include "absl/status/status.h"

namespace weir::sim {

// What the process ends with. Scripts depend on the numbers.
enum ExitStatus : int {
  kExitNothingFound = 0,
  kExitFailureFound = 1,  // or reproduced
  kExitUsage = 2,         // usage or bad input
  kExitMachinery = 3,     // weir itself failed
  kExitDiverged = 4,      // nondeterminism or divergence
};

// What main() does once the command line is parsed; returns the exit status. Empty until a
// subcommand was chosen.
using Command = std::function<int()>;

// Adds one subcommand with its flags to `app`, and a callback that sets `chosen` when the user
// names it:
//
//   void AddBench(CLI::App& app, Command& chosen) {
//     auto options = std::make_shared<BenchOptions>();
//     CLI::App* command = app.add_subcommand("bench", "schedules/s, ns per scheduling point");
//     command->add_flag("--json", options->json, "one JSON object a line");
//     command->callback([&chosen, options] { chosen = [options] { return RunBench(*options); }; });
//   }
//
// Nothing is done while parsing. `chosen` outlives `app`.
using AddCommand = void (*)(CLI::App& app, Command& chosen);

void AddList(CLI::App& app, Command& chosen);
void AddRun(CLI::App& app, Command& chosen);
void AddFuzz(CLI::App& app, Command& chosen);
void AddGtest(CLI::App& app, Command& chosen);
void AddReplay(CLI::App& app, Command& chosen);
void AddMinimize(CLI::App& app, Command& chosen);
void AddShow(CLI::App& app, Command& chosen);
void AddCorpus(CLI::App& app, Command& chosen);
void AddBench(CLI::App& app, Command& chosen);
void AddDoctor(CLI::App& app, Command& chosen);
// Hidden: the cold process of `fuzz --verify`.
void AddCold(CLI::App& app, Command& chosen);

// Prints "weir: <message>" on standard error and returns the exit status that goes with the code:
// kExitMachinery for Internal, Unavailable, ResourceExhausted and Unknown, kExitDiverged for
// DataLoss (two executions that should be equal were not), kExitUsage for every other.
int ExitWith(const absl::Status& status);

}  // namespace weir::sim

#endif  // WEIR_SIM_CLI_COMMANDS_H_
