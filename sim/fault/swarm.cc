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
constexpr FaultKind kDisturbing[] = {FaultKind::kTimeout, FaultKind::kSlowThread,
                                     FaultKind::kSlowProcess, FaultKind::kStall};

bool Offers(const Point& point, FaultKind kind) {
  switch (kind) {
    case FaultKind::kTimeout:
      return point.timer_pending;
    case FaultKind::kSlowProcess:
      return point.thread_can_run && point.process_may_pause;
    case FaultKind::kStall:
      return point.thread_can_run && point.process_may_stall;
    default:
      return point.thread_can_run;
  }
}

}  // namespace

void Swarm::Begin(Random& random, FaultSet allowed) {
  present_ = FaultSet::None();
  disturbs_at_ = kNever;
  if (allowed.empty()) return;
  // A quarter has none. The others: each kind with a chance of a half, a quarter or an eighth, the
  // same for all.
  uint32_t kinds = allowed.bits();
  for (uint32_t halvings = random.Below(4); halvings != 0 && kinds != 0; --halvings) {
    kinds &= random.Bits();
    present_ = FaultSet::FromBits(kinds);
  }
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
  disturbs_at_ = kNever;
  // At most one of them, and only what the point offers.
  for (const FaultKind kind : kDisturbing) {
    if (Happens(kind, point.step, random) && Offers(point, kind))
      choice = InfoOf(kind).draw(point, random);
    disturbs_at_ = std::min(disturbs_at_, At(kind));
  }
  return choice;
}

Choice Swarm::Choose(const Point& point, Random& random) const {
  if (point.step >= ends_at_ || point.alternatives < 2) return kNoFault;
  if (point.kind == DecisionKind::kInject) return InfoOf(point.fault).draw(point, random);
  const bool crash = present_.Contains(FaultKind::kCrash);
  const bool restart = present_.Contains(FaultKind::kRestart);
  if ((!crash && !restart) || !random.Chance(crash_chance_)) return kNoFault;
  const bool restarts = crash && restart ? random.Below(2) != 0 : restart;
  return InfoOf(restarts ? FaultKind::kRestart : FaultKind::kCrash).draw(point, random);
}

uint64_t Swarm::After(FaultKind kind, uint64_t step, Random& random) const {
  if (!present_.Contains(kind) || step >= ends_at_) return kNever;
  return Geometric(rarity_[static_cast<size_t>(kind)], random);
}

}  // namespace weir::sim
