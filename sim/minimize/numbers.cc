#include "sim/minimize/passes.h"

namespace weir::sim {

void LowerNumbers(Bench& bench) {
  bench.workshop().BeginPass("numbers");
  for (size_t i = 0; i < bench.best().edits.size() && !bench.Expired(); ++i) {
    // 0 is the default, which was tried when the edit was to be deleted.
    uint32_t too_low = 0;
    while (i < bench.best().edits.size() && bench.best().edits[i].choice.number > too_low + 1) {
      Schedule candidate = bench.best();
      uint32_t& number = candidate.edits[i].choice.number;
      const uint32_t middle = too_low + (number - too_low) / 2;
      number = middle;
      if (!bench.Try(std::move(candidate))) too_low = middle;
      if (bench.Expired()) return;
    }
  }
}

}  // namespace weir::sim
