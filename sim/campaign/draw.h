// The scenario's parameters of one execution.
#ifndef WEIR_SIM_CAMPAIGN_DRAW_H_
#define WEIR_SIM_CAMPAIGN_DRAW_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/engine/decision.h"
#include "sim/engine/random.h"
#include "sim/schedule/parameters.h"

namespace weir::sim {

// Integers are drawn log-uniformly above their least value: half of what goes wrong at all goes
// wrong in a small instance, which costs a hundredth of a big one. Every value of the range has a
// chance. Names are drawn uniformly.
int64_t DrawParameter(const ParameterSpec& spec, Random random);

// One value per parameter: the one that `fixed` gives it, else one drawn from its range. A function
// of the execution's seed and the ranges alone; fixing one parameter leaves the others as they are.
//
// InvalidArgument as ResolveParameters.
absl::StatusOr<std::vector<int64_t>> DrawParameters(std::span<const ParameterSpec> declared,
                                                    std::span<const Parameter> fixed,
                                                    const Execution& execution);

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_DRAW_H_
