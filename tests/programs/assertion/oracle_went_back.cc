// A value goes back.
#include "sim/oracles.h"

WEIR_SCENARIO(oracle_went_back) {
  weir::Monotone progress(0);
  for (const int64_t value : {0, 3, 3, 7, 6}) progress.Set(value, [] { return "went back"; });
}
