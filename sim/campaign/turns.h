// In which order a worker runs its share of a campaign.
#ifndef WEIR_SIM_CAMPAIGN_TURNS_H_
#define WEIR_SIM_CAMPAIGN_TURNS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "sim/campaign/shared_page.h"

namespace weir::sim {

// The executions first, first + stride, … below `end`.
struct Share {
  uint64_t first = 0;
  uint64_t stride = 1;
  uint64_t end = ~uint64_t{0};
};

// The executions of a strategy's share, each once, in the order of their indexes. With the
// portfolio that goes for each member, and the members take turns: whoever has had the least time
// is next, time being counted in scheduling points, so that the order is the same again. As soon
// as one has found something that the worker did not know, it gets more of it.
//
// That changes only what is run first. What an index runs is a function of the plan, so a campaign
// of N executions finds the same, and each finding can be repeated by its index.
class Turns {
 public:
  // A member that found something has 1 + its credit times the time of one that did not; so the
  // others have a share that is not less than 1/kMostTurns of equal.
  static constexpr double kMostTurns = 4;
  // After so many executions of the worker a find counts half.
  static constexpr double kHalfLife = 2'000;
  // What an execution costs besides its points, in points: it is begun and ended in about the time
  // of so many.
  static constexpr double kFixedCost = 100;

  // Goes on where another worker of this share has stopped, if `from` is given. Without `adapts`
  // the order is that of the indexes.
  Turns(const std::string& strategy, const Share& share, bool adapts, const Cursors* from);

  // The next execution; none at the end of the share. It counts as begun.
  std::optional<uint64_t> Next();
  // The execution has had so many points. To be called after each one, before the next.
  void Spent(uint64_t index, uint64_t points);
  // An execution has found what was not known before.
  void Found(uint64_t index);

  // The first index of each member that has not begun.
  const Cursors& cursors() const { return cursors_; }

 private:
  size_t MemberOf(uint64_t index) const;
  void Advance(size_t member);

  const Share share_;
  const size_t members_;
  Cursors cursors_{};
  std::array<double, kMostStrategies> taken_{};   // points, divided by the weight at that time
  std::array<double, kMostStrategies> credit_{};  // finds, each halved with time
};

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_TURNS_H_
