#include "sim/fault/fault.h"

#include <array>
#include <iterator>

namespace weir::sim {

std::span<const FaultInfo> Faults() {
  static const std::array faults = {
      kCrashFault,          kRestartFault,         kTimeoutFault,      kSlowThreadFault,
      kDelayedWakeupFault,  kSpuriousWakeupFault,  kSlowProcessFault,  kStallFault,
      kSluggishWakeupFault, kInterruptedWaitFault, kDelayedStoreFault, kWeakCompareFault,
      kClockFault,          kFailedCallFault,      kCountersFault,     kServiceStateFault,
      kFullRingFault};
  static_assert(std::tuple_size_v<decltype(faults)> == kFaultKinds);
  return faults;
}

Choice DrawDelay(const Point&, Random& random) { return 1 + random.Below(kDelays); }

Choice DrawNumber(const Point& point, Random& random) {
  return 1 + random.Below(point.alternatives - 1);
}

uint32_t DrawCrashOp(Random& random) {
  constexpr uint32_t kOctaves = 14;  // where the search in this dimension stops
  const uint32_t octave = uint32_t{1} << random.Below(kOctaves);
  return octave + random.Below(octave);
}

}  // namespace weir::sim
