// weir: finds the interleaving that breaks a threaded program, repeats it, shrinks it, tells it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "sim/campaign/suggest.h"
#include "sim/cli/commands.h"
#include "sim/cli/common.h"

namespace weir::sim {
namespace {

constexpr AddCommand kCommands[] = {
    AddFuzz,   AddGtest, AddReplay, AddMinimize, AddShow, AddRun,
    AddCorpus, AddList,  AddDoctor, AddBench,    AddCold,
};

// The words of CLI11, and the nearest subcommand when it is that which is unknown.
std::string UsageMessage(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  std::vector<std::string> known;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty()) known.push_back(command->get_name());
  }
  const bool is_word = argc > 1 && argv[1][0] != '-';
  if (is_word && std::find(known.begin(), known.end(), argv[1]) == known.end()) {
    return std::string(UnknownName("command", argv[1], known).message());
  }
  return error.what();
}

int Main(int argc, char** argv) {
  SetProgramName(argv[0]);
  CLI::App app("weir: deterministic simulation of threaded C++");
  app.set_version_flag("--version", "weir " WEIR_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  app.footer(
      "Exit status: 0 nothing found, 1 a failure found or reproduced, 2 usage or bad input,\n"
      "3 weir itself failed, 4 nondeterminism or divergence.");
  Command chosen;
  for (const AddCommand add : kCommands) add(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    const std::string message = UsageMessage(app, error, argc, argv);
    std::fprintf(stderr, "weir: %s (see %s --help)\n", message.c_str(), ProgramName().c_str());
    return kExitUsage;
  }
  return chosen();
}

}  // namespace
}  // namespace weir::sim

int main(int argc, char** argv) { return weir::sim::Main(argc, argv); }
