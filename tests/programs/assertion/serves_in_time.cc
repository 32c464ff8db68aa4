// Counts on somebody being ready in time.
#include <cstdint>

#include "sim/weir.h"

WEIR_SCENARIO(serves_in_time) {
  const uint64_t how = weir::Disturb(weir::Disturbance::kServiceState, 4);
  weir::Expect(how < 2, "disturbed", [] { return "nobody served"; });
}
