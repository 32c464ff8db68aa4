// A message is handled twice.
#include "sim/oracles.h"

WEIR_SCENARIO(oracle_duplicate_marker) {
  weir::MarkerLog log(1, 1);
  for (int64_t number = 0; number < 3; ++number) {
    log.Handle(0, 0, number == 2 ? 1 : number, [] { return "handled again"; });
  }
}
