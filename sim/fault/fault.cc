#include "sim/fault/fault.h"

#include <array>
#include <iterator>

namespace weir::sim {

std::span<const FaultInfo> Faults() {
  static const std::array faults = {kCrashFault,      kRestartFault,       kTimeoutFault,
                                    kSlowThreadFault, kDelayedWakeupFault, kSpuriousWakeupFault};
  static_assert(std::tuple_size_v<decltype(faults)> == kFaultKinds);
  return faults;
}

Choice DrawDelay(Random& random) { return 1 + random.Below(kDelays); }

}  // namespace weir::sim
