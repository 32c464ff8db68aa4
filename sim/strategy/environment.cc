#include "sim/strategy/environment.h"

#include "sim/engine/fault_choice.h"
#include "sim/strategy/geometric.h"

namespace weir::sim {
namespace {

// Where the search in these dimensions stops; each octave has equal chances.
constexpr uint32_t kCrashOctaves = 14;  // a crash before operation 1 … 2^14 − 1 of the process
constexpr uint32_t kOftenSlow = 6;      // time passes at one of 2^6 …
constexpr uint32_t kRarestSlow = 16;    // … 2^16 points
static_assert(kRarestSlow <= kGeometricDeepest);

}  // namespace

void Environment::Begin(Random& random) {
  // Bits 0–1: a quarter of the executions have slow threads. Bit 2: half of them wake in order. Bit
  // 3: half of them have faults, if there are processes that may have one.
  const uint32_t bits = random.Bits();
  slowness_ = kOftenSlow + random.Below(kRarestSlow - kOftenSlow + 1);
  slow_at_ = (bits & 3) == 0 ? 0 : ~uint64_t{0};
  any_waiter_ = (bits & 4) != 0;
  crash_chance_ = (bits & 8) != 0 ? random.Bits() : 0;
}

bool Environment::IsSlow(const Point& point, Random& random) {
  if (slow_at_ < point.step) slow_at_ = point.step + Geometric(slowness_, random);
  if (slow_at_ > point.step) return false;
  slow_at_ = point.step + 1 + Geometric(slowness_, random);
  return point.timer_pending;
}

Choice Environment::Choose(const Point& point, Random& random) const {
  switch (point.kind) {
    case DecisionKind::kRun:
      break;
    case DecisionKind::kWake:
      return any_waiter_ ? random.Below(point.alternatives) : 0;
    case DecisionKind::kValue:
      return random.Below(point.alternatives);
    case DecisionKind::kFault: {
      if (!random.Chance(crash_chance_)) return kNoFault;
      const uint32_t octave = uint32_t{1} << random.Below(kCrashOctaves);
      const uint32_t op = octave + random.Below(octave);
      return FaultChoice(op, random.Below(2) != 0);
    }
  }
  return point.fallback;
}

}  // namespace weir::sim
