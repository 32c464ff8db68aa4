// A data race in words, with both its accesses.
#ifndef WEIR_SIM_VERDICT_RACE_REPORT_H_
#define WEIR_SIM_VERDICT_RACE_REPORT_H_

#include <string>
#include <vector>

#include "sim/engine/engine.h"
#include "sim/verdict/symbols.h"

namespace weir::sim {

// "reader.cc:88", where in the user's code a stack stands; empty where that is not known.
std::string PlaceOf(const std::vector<Frame>& stack);

// " (reader.cc:88)"; empty for nothing.
std::string Bracketed(const std::string& place);

// The stacks of both accesses, the later one first. `symbols` may be null, here and below.
std::vector<std::vector<Frame>> RacingStacks(const RaceInfo& race, Symbols* symbols);

// One sentence. `thread` is the name of the later access's.
std::string RaceHeadline(const RunResult& result, const std::string& thread,
                         const std::vector<std::vector<Frame>>& accesses, const Symbols* symbols);

// What a library may have ordered that is not seen; empty if none was called in between.
std::string UnseenNote(const RunResult& result, const std::string& thread);

}  // namespace weir::sim

#endif  // WEIR_SIM_VERDICT_RACE_REPORT_H_
