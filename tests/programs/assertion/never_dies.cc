// Counts on a process getting to its end.
#include "sim/weir.h"

WEIR_SCENARIO(never_dies) {
  bool done = false;
  weir::Join(weir::Spawn("steady", [] {}));
  weir::Join(weir::Spawn(
      "worker", [&] { done = true; }, weir::kMayCrash));
  weir::Expect(done, "died", [] { return "the worker has not done its work"; });
}
