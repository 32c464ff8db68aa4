// One execution of each scenario under the empty schedule: what a search of it should know.
#ifndef WEIR_SIM_CAMPAIGN_PROBE_H_
#define WEIR_SIM_CAMPAIGN_PROBE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/engine/engine.h"
#include "sim/posix/explore.h"

namespace weir::sim {

struct Probe {
  bool passed = false;
  Chances chances;
  std::optional<Exploration> exploration;
};

// In the order of `scenarios`, which the target has, and which have no parameters. A scenario that
// takes the process along has an empty probe. Unless OK, the target cannot be loaded.
absl::StatusOr<std::vector<Probe>> ProbeInChild(const std::string& target,
                                                const std::vector<std::string>& scenarios,
                                                double hang_seconds);

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_PROBE_H_
