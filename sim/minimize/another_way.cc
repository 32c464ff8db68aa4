#include "sim/minimize/limits.h"
#include "sim/minimize/passes.h"

namespace weir::sim {
namespace {

bool IsSimpler(const Schedule& a, const Schedule& b) {
  if (a.faults.size() != b.faults.size()) return a.faults.size() < b.faults.size();
  return a.edits.size() < b.edits.size();
}

}  // namespace

void TryAnotherWay(Bench& bench) {
  Workshop& workshop = bench.workshop();
  workshop.BeginPass("another way");
  for (int in_vain = 0; in_vain < kAnotherWayTries; ++in_vain) {
    if (bench.Expired() || bench.best().edits.size() <= kFewEdits) return;
    std::optional<Schedule> found = workshop.Search(bench.best(), kAnotherWayPoints);
    if (!found || !workshop.FailsAlike(workshop.Run(*found))) return;
    Bench other(workshop, *std::move(found), /*saves=*/false);
    ShortenPrefix(other);
    ReduceFaults(other);
    ReduceEdits(other);
    workshop.BeginPass("another way");
    if (IsSimpler(other.best(), bench.best()) && bench.Try(other.best())) in_vain = -1;
  }
}

}  // namespace weir::sim
