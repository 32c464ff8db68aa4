#include <memory>
#include <string>

#include "sim/campaign/verify.h"
#include "sim/cli/commands.h"

namespace weir::sim {

void AddCold(CLI::App& app, Command& chosen) {
  auto job = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("cold", "one process of `fuzz --verify`");
  command->group("");  // not in --help
  command->add_option("job", *job)->required();
  command->callback([&chosen, job] { chosen = [job] { return RunColdJob(*job); }; });
}

}  // namespace weir::sim
