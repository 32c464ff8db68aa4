#include "sim/campaign/draw.h"

#include <algorithm>
#include <bit>

namespace weir::sim {
namespace {

// Keeps the parameters' stream apart from the strategy's, which starts at the execution's seed.
constexpr uint64_t kStream = 0x7061'7261'6D65'7465;

}  // namespace

int64_t DrawParameter(const ParameterSpec& spec, Random random) {
  const uint64_t range = static_cast<uint64_t>(spec.most) - static_cast<uint64_t>(spec.least) + 1;
  if (range == 0) return static_cast<int64_t>(random.Bits64());  // all 2^64 values
  if (!spec.names.empty() || range == 1) {
    return spec.least + static_cast<int64_t>(random.Below64(range));
  }
  // Sizes 1, 2, 4, … and the whole range have equal chances.
  const uint32_t sizes = static_cast<uint32_t>(std::bit_width(range - 1)) + 1;
  const uint32_t bits = random.Below(sizes);
  const uint64_t size = bits >= 64 ? range : std::min(range, uint64_t{1} << bits);
  return static_cast<int64_t>(static_cast<uint64_t>(spec.least) + random.Below64(size));
}

absl::StatusOr<std::vector<int64_t>> DrawParameters(std::span<const ParameterSpec> declared,
                                                    std::span<const Parameter> fixed,
                                                    const Execution& execution) {
  absl::StatusOr<std::vector<int64_t>> values = ResolveParameters(fixed, declared);
  if (!values.ok()) return values.status();
  Random random(ExecutionSeed(execution.campaign_seed, execution.index) ^ kStream);
  for (size_t i = 0; i < declared.size(); ++i) {
    const int64_t drawn = DrawParameter(declared[i], random.Fork());
    const bool is_fixed = std::any_of(fixed.begin(), fixed.end(), [&](const Parameter& parameter) {
      return parameter.name == declared[i].name;
    });
    if (!is_fixed) (*values)[i] = drawn;
  }
  return values;
}

}  // namespace weir::sim
