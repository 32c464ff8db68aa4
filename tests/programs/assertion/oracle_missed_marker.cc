// A message has not been handled when it should have been.
#include "sim/oracles.h"

WEIR_SCENARIO(oracle_missed_marker) {
  weir::MarkerLog log(2, 1);
  log.Handle(1, 0, 0, [] { return "the first"; });
  log.ExpectHandled(1, 0, 1, [] { return "there"; });
  log.ExpectHandled(0, 0, 1, [] { return "missed"; });
}
