#include <algorithm>

#include "sim/minimize/passes.h"

namespace weir::sim {
namespace {

uint64_t FirstRound(const std::vector<Edit>& edits) {
  const auto first = std::min_element(
      edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.round < b.round; });
  return first == edits.end() ? 0 : first->round;
}

}  // namespace

std::vector<Edit> MovedDown(const std::vector<Edit>& edits, uint64_t rounds) {
  std::vector<Edit> moved;
  for (const Edit& edit : edits) {
    if (edit.round < rounds) continue;
    moved.push_back(edit);
    moved.back().round -= rounds;
  }
  return moved;
}

void SlideRounds(Bench& bench) {
  bench.workshop().BeginPass("rounds");
  const uint64_t first = FirstRound(bench.best().edits);
  // Together, as far down as it goes: to round 0 (before the first), to the first, to halfway
  // there.
  for (const uint64_t down : {first, first - std::min<uint64_t>(first, 1), first / 2}) {
    if (down == 0) continue;
    Schedule candidate = bench.best();
    candidate.edits = MovedDown(candidate.edits, down);
    if (bench.Try(std::move(candidate))) break;
  }
  // Then each by itself, to the first round of all.
  const uint64_t base = FirstRound(bench.best().edits);
  for (size_t i = 0; i < bench.best().edits.size() && !bench.Expired(); ++i) {
    if (bench.best().edits[i].round <= base) continue;
    Schedule candidate = bench.best();
    candidate.edits[i].round = base;
    bench.Try(std::move(candidate));
  }
}

}  // namespace weir::sim
