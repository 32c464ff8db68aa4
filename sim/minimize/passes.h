// The passes, one file each. Every one leaves the bench's best failing as wanted, and no larger
// than before.
//
// Internal to sim/minimize.
#ifndef WEIR_SIM_MINIMIZE_PASSES_H_
#define WEIR_SIM_MINIMIZE_PASSES_H_

#include "absl/status/status.h"
#include "sim/minimize/bench.h"

namespace weir::sim {

// determinism.cc: FailedPrecondition if `schedule` does not fail as wanted, Aborted if two runs
// differ.
absl::Status CheckDeterminism(Workshop& workshop, const Schedule& schedule);

// small_start.cc: looks for the failure where all parameters are small, before anything else is
// done: a search there takes a moment, delta debugging a long execution takes minutes.
void StartSmall(Bench& bench);

// prefix.cc: drops the edits after the last one that is needed.
void ShortenPrefix(Bench& bench);

// faults.cc: no faults at all, else the fewest.
void ReduceFaults(Bench& bench);

// smaller_parameters.cc: each parameter as small as it can be.
void ShrinkParameters(Bench& bench);

// edits.cc: the fewest edits.
void ReduceEdits(Bench& bench);

// rounds.cc: edits of late rounds slide to early ones.
void SlideRounds(Bench& bench);

// weaken.cc: a crash where a restart is not needed; less that stands still.
void Weaken(Bench& bench);

// numbers.cc: the smallest waiters and values chosen.
void LowerNumbers(Bench& bench);

// another_way.cc: other executions that fail alike may need fewer edits.
void TryAnotherWay(Bench& bench);

// another_way.cc: what is left of a schedule that fails as wanted, at the same values of the
// parameters.
Schedule WithFewestEdits(Workshop& workshop, Schedule failing);

// at_values.cc: whether it fails as wanted with these values of the parameters: by default, by the
// best's edits (as they are, or moved to early rounds), or in a search that may spend these many
// points. If so, that is the best from now on. A search may not bring many edits in place of few.
bool TryAtValues(Bench& bench, const std::vector<int64_t>& values, uint64_t search_points);
// The values of the best's parameters. Nothing if they do not fit the declared ones.
std::vector<int64_t> ValuesOf(const Bench& bench);

// `to` − `from`, which may be more than an int64_t holds. Precondition: from ≤ to.
constexpr uint64_t Distance(int64_t from, int64_t to) {
  return static_cast<uint64_t>(to) - static_cast<uint64_t>(from);
}

// rounds.cc: the edits, each moved down by so many rounds; those of earlier rounds are left out.
std::vector<Edit> MovedDown(const std::vector<Edit>& edits, uint64_t rounds);

}  // namespace weir::sim

#endif  // WEIR_SIM_MINIMIZE_PASSES_H_
