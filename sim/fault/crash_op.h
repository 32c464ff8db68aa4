// How late in the life of a process it crashes.
#ifndef WEIR_SIM_FAULT_CRASH_OP_H_
#define WEIR_SIM_FAULT_CRASH_OP_H_

#include <cstdint>

#include "sim/engine/random.h"

namespace weir::sim {

// Where the search in this dimension stops; each octave has equal chances.
inline constexpr uint32_t kCrashOctaves = 14;

// Before which of its scheduling points: 1 … 2^14 − 1.
inline uint32_t DrawCrashOp(Random& random) {
  const uint32_t octave = uint32_t{1} << random.Below(kCrashOctaves);
  return octave + random.Below(octave);
}

}  // namespace weir::sim

#endif  // WEIR_SIM_FAULT_CRASH_OP_H_
