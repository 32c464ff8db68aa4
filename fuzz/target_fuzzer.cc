// libFuzzer: Any target in simulation, named with --target=: parameters, faults and decisions of
// its scenarios.
//
// Inputs are schedules as bytes (sim/schedule/fuzz_input.h); `weir replay`, `minimize` and `show`
// take them. fuzz/schedule/host.h has the flags.
#include "fuzz/schedule/host.h"

const char weir::sim::kFuzzedTarget[] = "";  // none
