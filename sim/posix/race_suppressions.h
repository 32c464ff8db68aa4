// Races on purpose, by the function that makes one of the two accesses.
#ifndef WEIR_SIM_POSIX_RACE_SUPPRESSIONS_H_
#define WEIR_SIM_POSIX_RACE_SUPPRESSIONS_H_

#include <string>

#include "absl/status/status.h"
#include "sim/engine/race.h"

namespace weir::sim {

// A race of which one access stands in `function`, or is called by it (up to kRaceSites functions
// deep), does not count. `function` is a name without parameters, whole or from a "::" on:
// "RingReader::Read". "*" stands for all. With a `scenario`, only in that one; both live as long as
// the target. To be called by its constructors.
void SuppressRaces(const char* function, const char* scenario);

// Looks the names up in the target's debug information, inlined copies too. Once it is loaded.
// FailedPrecondition when there is none.
absl::Status ResolveRaceSuppressions(const std::string& target_path);

bool IsSuppressedRace(const RaceSites& sites);

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_RACE_SUPPRESSIONS_H_
