// Counts on there being room.
#include <cstdint>

#include "sim/weir.h"

WEIR_SCENARIO(always_room) {
  const uint64_t how = weir::Disturb(weir::Disturbance::kFullRing, 4);
  weir::Expect(how < 2, "disturbed", [] { return "no room"; });
}
