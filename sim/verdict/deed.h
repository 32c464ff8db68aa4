// What a thread did that failed, in a few words.
#ifndef WEIR_SIM_VERDICT_DEED_H_
#define WEIR_SIM_VERDICT_DEED_H_

#include <string>

#include "sim/engine/engine.h"
#include "sim/verdict/symbols.h"

namespace weir::sim {

enum class Tense : uint8_t { kPresent, kPast };

// "writes", "atomically read", "freed".
std::string Deed(const RacingAccess& access, Tense tense);

// "frees 8 bytes at main/main:5+0x0": the later access of a race. `symbols` may be null.
std::string LaterAccess(const RunResult& result, const Symbols* symbols);

// The last thing that the failed thread did, as a row of its story: "assertion fails", "crashes
// (SIGSEGV)". Empty where nobody in particular failed.
std::string LastDeed(const RunResult& result, const Symbols* symbols);

}  // namespace weir::sim

#endif  // WEIR_SIM_VERDICT_DEED_H_
