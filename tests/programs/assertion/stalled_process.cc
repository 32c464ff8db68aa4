// Takes a process for dead that was only stopped for some seconds, and came back.
#include <chrono>

#include "sim/weir.h"

using Clock = std::chrono::steady_clock;

WEIR_SCENARIO(stalled_process) {
  const auto steps = [] {
    const auto began = Clock::now();
    for (int i = 0; i < 50; ++i) weir::Round(static_cast<uint64_t>(i));
    weir::Expect(Clock::now() - began < std::chrono::seconds(3), "taken_for_dead",
                 [] { return "no sign of life for three seconds"; });
  };
  const weir::Process steady = weir::Spawn("steady", steps);  // is never stalled
  const weir::Process worker = weir::Spawn("worker", steps, weir::kMayStall);
  weir::Join(steady);
  weir::Join(worker);
}
