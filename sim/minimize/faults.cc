#include "sim/minimize/delete.h"
#include "sim/minimize/passes.h"

namespace weir::sim {

void ReduceFaults(Bench& bench) {
  bench.workshop().BeginPass("faults");
  DeltaDebug(
      {.size = [&] { return bench.best().faults.size(); },
       .try_without = [&](size_t begin, size_t end) { return bench.TryWithoutFaults(begin, end); },
       .expired = [&] { return bench.Expired(); }});
}

}  // namespace weir::sim
