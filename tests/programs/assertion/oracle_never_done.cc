// A call is never answered.
#include <string>

#include "sim/oracles.h"

WEIR_SCENARIO(oracle_never_done) {
  weir::ExactlyOnce calls;
  calls.Begin();
  calls.Begin();
  calls.Done(0, [] { return "answered"; });
  calls.ExpectDone(1, [](size_t) { return std::string("the first is there"); });
  calls.ExpectDone(2, [](size_t call) { return "call " + std::to_string(call); });
}
