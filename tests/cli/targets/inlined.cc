// Checks of the user's and of weir's are inlined into free functions of a namespace.
#include "sim/oracles.h"
#include "sim/weir.h"

namespace inlined {
namespace {

[[gnu::always_inline]] inline void Check(int value) {
  weir::Expect(value == 0, "not_zero", [] { return "the value is not zero"; });
}

[[gnu::noinline]] void Work(int value) {
  Check(value);
  asm volatile("");  // no tail call
}

[[gnu::noinline]] void Count(weir::Monotone& last) {
  last.Set(0, [] { return "went back"; });
  asm volatile("");
}

}  // namespace
}  // namespace inlined

WEIR_SCENARIO(own_check) { inlined::Work(1); }
WEIR_SCENARIO(check_of_weir) {
  weir::Monotone last(1);
  inlined::Count(last);
}
