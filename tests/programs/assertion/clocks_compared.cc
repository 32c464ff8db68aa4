// Compares the clocks of two processes.
#include <chrono>

#include "sim/weir.h"

using Clock = std::chrono::steady_clock;

WEIR_SCENARIO(clocks_compared) {
  Clock::time_point sent;
  const weir::Process sender = weir::Spawn("sender", [&] { sent = Clock::now(); });
  weir::Join(sender);
  const weir::Process receiver = weir::Spawn("receiver", [&] {
    const Clock::duration taken = Clock::now() - sent;
    weir::Expect(taken >= Clock::duration(0) && taken < std::chrono::seconds(1), "impossible_time",
                 [] { return "received before it was sent, or long after"; });
  });
  weir::Join(receiver);
}
