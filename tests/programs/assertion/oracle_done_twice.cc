// A call is answered twice.
#include "sim/oracles.h"

WEIR_SCENARIO(oracle_done_twice) {
  weir::ExactlyOnce calls;
  const size_t call = calls.Begin();
  calls.Done(call, [] { return "answered"; });
  calls.Done(call, [] { return "answered twice"; });
}
