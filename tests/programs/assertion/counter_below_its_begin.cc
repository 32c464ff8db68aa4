// Counts on a counter never being below where it began.
#include <cstdint>

#include "sim/weir.h"

WEIR_SCENARIO(counter_below_its_begin) {
  const uint64_t how = weir::Disturb(weir::Disturbance::kCounters, 4);
  weir::Expect(how < 2, "disturbed", [] { return "the counter has wrapped"; });
}
