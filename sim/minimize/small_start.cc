#include <algorithm>

#include "sim/minimize/limits.h"
#include "sim/minimize/passes.h"

namespace weir::sim {
namespace {

using Values = std::vector<int64_t>;

// Integers are `step` above their least at most. Names stay, or become the first.
Values Rung(const Values& recorded, const std::vector<ParameterSpec>& specs, uint64_t step,
            bool first_names) {
  Values values = recorded;
  for (size_t i = 0; i < values.size(); ++i) {
    if (specs[i].names.empty()) {
      const uint64_t room = Distance(specs[i].least, values[i]);
      values[i] = specs[i].least + static_cast<int64_t>(std::min(room, step));
    } else if (first_names) {
      values[i] = 0;
    }
  }
  return values;
}

// From the smallest values to ever larger ones, up to the recorded ones, which are not among them.
std::vector<Values> Ladder(const Values& recorded, const std::vector<ParameterSpec>& specs) {
  std::vector<Values> ladder;
  const auto add = [&](Values values) {
    const bool known = std::find(ladder.begin(), ladder.end(), values) != ladder.end();
    if (!known && values != recorded) ladder.push_back(std::move(values));
  };
  constexpr int kMostDoublings = 40;
  for (int doubling = 0; doubling < kMostDoublings; ++doubling) {
    const uint64_t step = (uint64_t{1} << doubling) - 1;
    add(Rung(recorded, specs, step, /*first_names=*/true));
    add(Rung(recorded, specs, step, /*first_names=*/false));
    if (doubling != 1) continue;
    // One parameter may have to be large (a cost, a first counter) where all others may be small.
    for (size_t i = 0; i < recorded.size(); ++i) {
      Values values = Rung(recorded, specs, step, /*first_names=*/false);
      values[i] = recorded[i];
      add(std::move(values));
    }
  }
  return ladder;
}

}  // namespace

void StartSmall(Bench& bench) {
  bench.workshop().BeginPass("small start");
  const Values recorded = ValuesOf(bench);
  const std::vector<Values> ladder = Ladder(recorded, bench.workshop().options.parameters);
  for (const Values& values : ladder) {
    if (bench.Expired() || TryAtValues(bench, values, kLadderPoints)) return;
  }
  for (size_t i = 0; i < std::min(ladder.size(), kPatientRungs); ++i) {
    if (bench.Expired() || TryAtValues(bench, ladder[i], kPatientLadderPoints)) return;
  }
}

}  // namespace weir::sim
