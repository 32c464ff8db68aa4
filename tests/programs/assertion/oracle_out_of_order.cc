// A message is handled before the one before it.
#include "sim/oracles.h"

WEIR_SCENARIO(oracle_out_of_order) {
  weir::MarkerLog log(1, 1);
  log.Handle(0, 0, 0, [] { return "the first"; });
  log.Handle(0, 0, 2, [] { return "handled too early"; });
}
