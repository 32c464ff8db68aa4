// Which faults an execution has, and when they happen.
//
// Each execution has a random subset of the allowed kinds, each with a random intensity, so that
// executions differ in kind and not only in detail: faults that are always there hide from each
// other (Groce, Zhang, Eide, Chen, Regehr, Swarm Testing, ISSTA 2012). A quarter has none at all.
// From a drawn point on there are no more of them: what went wrong then has to come right.
#ifndef WEIR_SIM_FAULT_SWARM_H_
#define WEIR_SIM_FAULT_SWARM_H_

#include <algorithm>
#include <array>
#include <cstdint>

#include "sim/engine/decision.h"
#include "sim/engine/fault.h"
#include "sim/engine/random.h"

namespace weir::sim {

class Swarm {
 public:
  static constexpr Choice kUndisturbed = ~Choice{0};

  // Draws what this execution has. Once per execution, before the calls below.
  void Begin(Random& random, FaultSet allowed);

  // kRun: what happens in place of a choice among the threads, or kUndisturbed.
  Choice Disturb(const Point& point, Random& random) {
    if (point.step < disturbs_at_) [[likely]]
      return kUndisturbed;
    return DisturbHere(point, random);
  }
  // The first step at which Disturb() may say something, if it is asked at all until then.
  uint64_t disturbs_at() const { return disturbs_at_; }

  // kFault, kInject.
  Choice Choose(const Point& point, Random& random) const;
  // As Strategy::FaultAfter.
  uint64_t After(FaultKind kind, uint64_t step, Random& random) const;

  // The kinds that this execution has.
  FaultSet present() const { return present_; }
  // From this step on there is none.
  uint64_t ends_at() const { return ends_at_; }

 private:
  Choice DisturbHere(const Point& point, Random& random);
  bool Happens(FaultKind kind, uint64_t step, Random& random);
  uint64_t& At(FaultKind kind) { return at_[static_cast<size_t>(kind)]; }

  FaultSet present_ = FaultSet::None();
  uint64_t ends_at_ = 0;
  uint64_t disturbs_at_ = ~uint64_t{0};
  uint32_t crash_chance_ = 0;                   // of each process that may, in 2^-32
  std::array<uint32_t, kFaultKinds> rarity_{};  // one of 2^rarity_ moments
  std::array<uint64_t, kFaultKinds>
      at_{};  // of kRun: the next step; one in the past: not drawn yet
};

}  // namespace weir::sim

#endif  // WEIR_SIM_FAULT_SWARM_H_
