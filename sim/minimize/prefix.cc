#include "sim/minimize/passes.h"

namespace weir::sim {

void ShortenPrefix(Bench& bench) {
  bench.workshop().BeginPass("prefix");
  const auto size = [&] { return bench.best().edits.size(); };
  size_t too_few = 0;  // taken for granted: whether the last one left can go too is for Delete
  while (size() - too_few > 1 && !bench.Expired()) {
    const size_t middle = too_few + (size() - too_few) / 2;
    if (!bench.TryWithoutEdits(middle, size())) {
      too_few = middle;
    } else if (size() < middle) {
      too_few = 0;  // some of the first ones did not apply: their places have changed
    }
  }
}

}  // namespace weir::sim
