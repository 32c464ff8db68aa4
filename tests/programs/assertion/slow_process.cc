// Counts on a process not being stopped between two looks at the clock.
#include <chrono>

#include "sim/weir.h"

WEIR_SCENARIO(slow_process) {
  const weir::Process worker = weir::Spawn("worker", [] {
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 50; ++i) weir::Round(static_cast<uint64_t>(i));
    weir::Expect(std::chrono::steady_clock::now() - began < std::chrono::milliseconds(1), "late",
                 [] { return "fifty steps took a millisecond"; });
  });
  weir::Join(worker);
}
