#include <algorithm>
#include <iterator>

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

class Ladder {
 public:
  Ladder(const Values& recorded, const std::vector<ParameterSpec>& specs)
      : recorded_(recorded), specs_(specs) {
    constexpr int kMostDoublings = 40;
    for (int doubling = 0; doubling < kMostDoublings; ++doubling) {
      const uint64_t step = (uint64_t{1} << doubling) - 1;
      Add(Rung(recorded, specs, step, /*first_names=*/true));
      Add(Rung(recorded, specs, step, /*first_names=*/false));
      if (doubling == 1) AddWithOneLarge(Rung(recorded, specs, step, /*first_names=*/false));
    }
  }

  // From the smallest values to ever larger ones, up to the recorded ones, which are not among
  // them.
  const std::vector<Values>& rungs() const { return rungs_; }

 private:
  void Add(Values values) {
    const bool known = std::find(rungs_.begin(), rungs_.end(), values) != rungs_.end();
    if (!known && values != recorded_) rungs_.push_back(std::move(values));
  }

  // One parameter may have to be large (a cost, a first counter) where all others may be small; or
  // may stand in for another: two iterations of sixteen messages in place of sixteen of two, even
  // if the recorded execution had only four in each. A scenario declares what matters most first.
  void AddWithOneLarge(const Values& small) {
    for (size_t i = small.size(); i-- > 0;) {
      Values values = small;
      values[i] = recorded_[i];
      Add(values);
      if (!specs_[i].names.empty()) continue;
      const uint64_t room = Distance(specs_[i].least, specs_[i].most);
      const int64_t grown = specs_[i].least + static_cast<int64_t>(std::min(room, kMostGrowth));
      values[i] = std::max(values[i], grown);
      Add(values);
    }
  }

  const Values& recorded_;
  const std::vector<ParameterSpec>& specs_;
  std::vector<Values> rungs_;
};

}  // namespace

void StartSmall(Bench& bench) {
  bench.workshop().BeginPass("small start");
  const Values recorded = ValuesOf(bench);
  const Ladder all(recorded, bench.workshop().options.parameters);
  const std::vector<Values>& ladder = all.rungs();
  for (const uint64_t points : kLadderPoints) {
    const bool last = points == *std::rbegin(kLadderPoints);
    const size_t rungs = last ? std::min(ladder.size(), kPatientRungs) : ladder.size();
    for (size_t i = 0; i < rungs; ++i) {
      if (bench.Expired() || TryAtValues(bench, ladder[i], points)) return;
    }
    // Another execution of the same size may have far fewer edits.
    if (bench.best().edits.size() > kManyEdits) TryAtValues(bench, recorded, points);
  }
}

}  // namespace weir::sim
