#include "sim/minimize/delete.h"
#include "sim/minimize/limits.h"
#include "sim/minimize/passes.h"

namespace weir::sim {

void ReduceEdits(Bench& bench) {
  bench.workshop().BeginPass("edits");
  const Deletable edits = {
      .size = [&] { return bench.best().edits.size(); },
      .try_without = [&](size_t begin, size_t end) { return bench.TryWithoutEdits(begin, end); },
      .expired = [&] { return bench.Expired(); }};
  DeltaDebug(edits);
  DeleteAdaptively(edits);
  if (bench.best().edits.size() > kMostPairedEdits) return;
  DeletePairs(edits, [&](size_t first, size_t second) {
    Schedule candidate = bench.best();
    candidate.edits.erase(candidate.edits.begin() + static_cast<ptrdiff_t>(second));
    candidate.edits.erase(candidate.edits.begin() + static_cast<ptrdiff_t>(first));
    return bench.Try(std::move(candidate));
  });
}

}  // namespace weir::sim
