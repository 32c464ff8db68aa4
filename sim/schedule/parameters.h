// A scenario's parameters as it declares them, and the values that a schedule gives them.
#ifndef WEIR_SIM_SCHEDULE_PARAMETERS_H_
#define WEIR_SIM_SCHEDULE_PARAMETERS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/schedule/schedule.h"
#include "sim/weir.h"

namespace weir::sim {

// WeirParameter (weir.h) for the host: it owns its names. Values lie in [least, most]; with
// `names`, a value is an index into them.
struct ParameterSpec {
  std::string name;
  int64_t least = 0;
  int64_t most = 0;
  int64_t fallback = 0;
  std::vector<std::string> names;
};

std::vector<ParameterSpec> DeclaredParameters(const WeirScenario& scenario);

// One value per declared parameter, in their order, as RunOptions::values wants them. What is not
// given has its fallback. InvalidArgument, with what is allowed, for an unknown name, a value out
// of range, or one given twice.
absl::StatusOr<std::vector<int64_t>> ResolveParameters(std::span<const Parameter> given,
                                                       std::span<const ParameterSpec> declared);

// The way back. Precondition: one value in range per declared parameter.
std::vector<Parameter> NamedParameters(std::span<const int64_t> values,
                                       std::span<const ParameterSpec> declared);

// The value that `text` ("3", "delivery") means for this parameter, as on a command line.
absl::StatusOr<Parameter> ParseParameter(const ParameterSpec& spec, std::string_view text);

}  // namespace weir::sim

#endif  // WEIR_SIM_SCHEDULE_PARAMETERS_H_
