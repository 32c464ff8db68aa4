// One execution by its seed: `weir run SCENARIO` and `weir replay SCENARIO --seed N`.
#ifndef WEIR_SIM_CLI_RUN_H_
#define WEIR_SIM_CLI_RUN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/cli/common.h"
#include "sim/strategy/strategy.h"

namespace weir::sim {

struct RunOnceOptions {
  std::string scenario;
  std::optional<uint64_t> seed;
  uint64_t index = 0;
  std::string strategy{kDefaultStrategy};
  std::vector<std::string> settings;
  FaultFlags faults;
  TargetFlags target;
  bool trace = false;
  uint64_t times = 1;
  double hang_seconds = kDefaultHangSeconds;
  std::string campaign{kDefaultCampaign};
  bool json = false;
};

// All but the scenario, which is a positional of the command's own.
void AddRunOnceFlags(CLI::App& command, RunOnceOptions& options);

// The exit status.
int RunOnce(const RunOnceOptions& options);

}  // namespace weir::sim

#endif  // WEIR_SIM_CLI_RUN_H_
