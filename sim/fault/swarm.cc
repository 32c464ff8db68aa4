#include "sim/fault/swarm.h"

#include "sim/fault/fault.h"
#include "sim/fault/geometric.h"

namespace weir::sim {
namespace {

constexpr uint64_t kNever = ~uint64_t{0};
// Faults end at one of the first 2^8 … 2^23 steps; each octave has equal chances.
constexpr uint32_t kEarliestEnd = 8;
constexpr uint32_t kLatestEnd = 23;
// Those that are chosen instead of a thread.
constexpr FaultKind kDisturbing[] = {FaultKind::kTimeout, FaultKind::kSlowThread};

}  // namespace

void Swarm::Begin(Random& random, FaultSet allowed) {
  present_ = FaultSet::None();
  disturbs_at_ = kNever;
  if (allowed.empty()) return;
  // Bits 0–1: a quarter has none. The others: each kind with a chance of one half.
  const uint32_t bits = random.Bits();
  if ((bits & 3) != 0) present_ = FaultSet::FromBits(allowed.bits() & bits >> 2);
  if (present_.empty()) return;
  ends_at_ = random.Bits64() >> (64 - kEarliestEnd - random.Below(kLatestEnd - kEarliestEnd + 1));
  crash_chance_ = random.Bits();
  for (const FaultInfo& fault : Faults()) {
    const uint32_t octave = fault.most_often + random.Below(fault.rarest - fault.most_often + 1);
    rarity_[static_cast<size_t>(fault.kind)] = octave;
  }
  for (const FaultKind kind : kDisturbing) {
    At(kind) = present_.Contains(kind) ? 0 : kNever;
    disturbs_at_ = std::min(disturbs_at_, At(kind));
  }
}

// Each step has a chance of its own, drawn by the steps in between.
bool Swarm::Happens(FaultKind kind, uint64_t step, Random& random) {
  uint64_t& at = At(kind);
  if (at == kNever) return false;
  const auto gap = [&] { return Geometric(rarity_[static_cast<size_t>(kind)], random); };
  if (at < step) at = step + gap();
  const bool happens = at == step;
  if (happens) at = step + 1 + gap();
  if (at >= ends_at_) at = kNever;
  return happens && step < ends_at_;
}

Choice Swarm::DisturbHere(const Point& point, Random& random) {
  Choice choice = kUndisturbed;
  // At most one of the two, and only what the point offers.
  if (Happens(FaultKind::kSlowThread, point.step, random) && point.thread_can_run)
    choice = InfoOf(FaultKind::kSlowThread).draw(random);
  if (Happens(FaultKind::kTimeout, point.step, random) && point.timer_pending)
    choice = InfoOf(FaultKind::kTimeout).draw(random);
  disturbs_at_ = std::min(At(FaultKind::kTimeout), At(FaultKind::kSlowThread));
  return choice;
}

Choice Swarm::Choose(const Point& point, Random& random) const {
  if (point.step >= ends_at_) return kNoFault;
  if (point.kind == DecisionKind::kInject) return InfoOf(point.fault).draw(random);
  const bool crash = present_.Contains(FaultKind::kCrash);
  const bool restart = present_.Contains(FaultKind::kRestart);
  if ((!crash && !restart) || !random.Chance(crash_chance_)) return kNoFault;
  const bool restarts = crash && restart ? random.Below(2) != 0 : restart;
  return InfoOf(restarts ? FaultKind::kRestart : FaultKind::kCrash).draw(random);
}

uint64_t Swarm::After(FaultKind kind, uint64_t step, Random& random) const {
  if (!present_.Contains(kind) || step >= ends_at_) return kNever;
  return Geometric(rarity_[static_cast<size_t>(kind)], random);
}

}  // namespace weir::sim
