#include <string>
#include <utility>

#include "sim/minimize/limits.h"
#include "sim/minimize/passes.h"

namespace weir::sim {
namespace {

bool IsSimpler(const Schedule& a, const Schedule& b) {
  if (a.faults.size() != b.faults.size()) return a.faults.size() < b.faults.size();
  return a.edits.size() < b.edits.size();
}

// Another execution that fails alike at the values of `like`, with as few edits as it needs.
std::optional<Schedule> AnotherWay(Workshop& workshop, const Schedule& like, uint64_t points) {
  std::optional<Schedule> found = workshop.Search(like, points);
  if (!found || !workshop.FailsAlike(workshop.Run(*found))) return std::nullopt;
  return WithFewestEdits(workshop, *std::move(found));
}

// Takes the first that is an explanation. False if there was none.
bool TryWith(Bench& bench, const std::vector<int64_t>& values) {
  Workshop& workshop = bench.workshop();
  Schedule like = bench.best();
  like.parameters = NamedParameters(values, workshop.options.parameters);
  for (int i = 0; i < kLargerTries && !bench.Expired(); ++i) {
    std::optional<Schedule> other = AnotherWay(workshop, like, kLargerPoints);
    if (!other) return false;
    if (other->edits.size() <= kManyEdits && bench.Try(*std::move(other))) return true;
  }
  return false;
}

void TryALittleLarger(Bench& bench) {
  const std::vector<int64_t> values = ValuesOf(bench);
  const std::vector<ParameterSpec>& specs = bench.workshop().options.parameters;
  for (int64_t step = 1; step <= kALittleLarger; ++step) {
    for (size_t i = 0; i < values.size(); ++i) {
      const auto room = static_cast<int64_t>(Distance(values[i], specs[i].most));
      if (!specs[i].names.empty() || room < step) continue;
      std::vector<int64_t> larger = values;
      larger[i] += step;
      if (bench.Expired() || TryWith(bench, larger)) return;
    }
  }
}

}  // namespace

Schedule WithFewestEdits(Workshop& workshop, Schedule failing) {
  const std::string pass = workshop.pass().name;
  Bench bench(workshop, std::move(failing), /*saves=*/false);
  ShortenPrefix(bench);
  ReduceFaults(bench);
  ReduceEdits(bench);
  workshop.BeginPass(pass);
  return bench.best();
}

void TryAnotherWay(Bench& bench) {
  bench.workshop().BeginPass("another way");
  for (int in_vain = 0; in_vain < kAnotherWayTries; ++in_vain) {
    if (bench.Expired() || bench.best().edits.size() <= kFewEdits) return;
    std::optional<Schedule> other = AnotherWay(bench.workshop(), bench.best(), kAnotherWayPoints);
    if (!other) break;
    if (IsSimpler(*other, bench.best()) && bench.Try(*std::move(other))) in_vain = -1;
  }
  if (bench.best().edits.size() > kManyEdits) TryALittleLarger(bench);
}

}  // namespace weir::sim
