// What weir::Explore asked for (sim/explore.h).
#ifndef WEIR_SIM_POSIX_EXPLORE_H_
#define WEIR_SIM_POSIX_EXPLORE_H_

#include <cstdint>
#include <optional>
#include <string>

namespace weir::sim {

struct Exploration {
  uint64_t executions = 0;
  std::string strategy;  // empty: the default
  std::string faults;    // empty: all; "none"
  std::optional<uint64_t> seed;
};

// What the executions since the last call asked for, the first that did; nullopt if none. For the
// host, between two executions.
std::optional<Exploration> TakeExploration();

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_EXPLORE_H_
