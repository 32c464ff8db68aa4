// Counts on a process not being there a second time.
#include "sim/weir.h"

WEIR_SCENARIO(has_one_life) {
  int lives = 0;
  weir::Join(weir::Spawn(
      "worker",
      [&] {
        ++lives;
        weir::Round(1);
      },
      weir::kMayRestart));
  weir::Expect(lives < 2, "second_life", [] { return "the worker has begun twice"; });
}
