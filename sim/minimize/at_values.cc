#include <algorithm>

#include "sim/minimize/limits.h"
#include "sim/minimize/passes.h"

namespace weir::sim {
namespace {

// The rounds that the last edits' round may become when there are fewer rounds.
constexpr uint64_t kEarlyRounds[] = {1, 0, 2};

bool TryWithEdits(Bench& bench, const Schedule& at, std::vector<Edit> edits) {
  if (edits.empty()) return false;
  Schedule candidate = at;
  candidate.edits = std::move(edits);
  return bench.Try(std::move(candidate));
}

bool TryEarlyRounds(Bench& bench, const Schedule& at) {
  uint64_t last = 0;
  for (const Edit& edit : at.edits) last = std::max(last, edit.round);
  for (const uint64_t early : kEarlyRounds) {
    if (last > early && TryWithEdits(bench, at, MovedDown(at.edits, last - early))) return true;
  }
  if (last <= 1) return false;
  std::vector<Edit> together = at.edits;
  for (Edit& edit : together) edit.round = std::min<uint64_t>(edit.round, 1);
  return TryWithEdits(bench, at, std::move(together));
}

bool TrySearch(Bench& bench, const Schedule& at, const std::vector<int64_t>& values,
               uint64_t points) {
  uint64_t& spent = bench.workshop().searched[values];
  if (spent >= points) return false;
  const bool few = bench.best().edits.size() <= kManyEdits;
  for (int tries = few ? kSmallerTries : 1; tries > 0; --tries) {
    std::optional<Schedule> found = bench.workshop().Search(at, points - spent);
    if (!found) break;
    if (few) found = WithFewestEdits(bench.workshop(), *std::move(found));
    if (few && found->edits.size() > kManyEdits) continue;
    if (bench.Try(*std::move(found))) return true;
  }
  spent = points;
  return false;
}

}  // namespace

std::vector<int64_t> ValuesOf(const Bench& bench) {
  const absl::StatusOr<std::vector<int64_t>> values =
      ResolveParameters(bench.best().parameters, bench.workshop().options.parameters);
  return values.ok() ? *values : std::vector<int64_t>();
}

bool TryAtValues(Bench& bench, const std::vector<int64_t>& values, uint64_t search_points) {
  Schedule at = bench.best();
  at.parameters = NamedParameters(values, bench.workshop().options.parameters);
  Schedule by_default = at;
  by_default.edits.clear();
  by_default.faults.clear();
  return bench.Try(std::move(by_default)) || TryWithEdits(bench, at, at.edits) ||
         TryEarlyRounds(bench, at) || TrySearch(bench, at, values, search_points);
}

}  // namespace weir::sim
