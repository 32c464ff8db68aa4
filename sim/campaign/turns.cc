#include "sim/campaign/turns.h"

#include <algorithm>
#include <cmath>

#include "sim/strategy/portfolio.h"

namespace weir::sim {

static_assert(PortfolioStrategy::kMembers.size() <= kMostStrategies);

Turns::Turns(const std::string& strategy, const Share& share, bool adapts, const Cursors* from)
    : share_(share),
      members_(adapts && strategy == "portfolio" ? PortfolioStrategy::kMembers.size() : 1) {
  for (size_t member = 0; member < members_; ++member) {
    if (from != nullptr) {
      cursors_[member] = (*from)[member];
      continue;
    }
    cursors_[member] = share.first;
    if (MemberOf(share.first) != member) Advance(member);
  }
}

size_t Turns::MemberOf(uint64_t index) const {
  return members_ == 1 ? 0 : PortfolioStrategy::MemberOf(index);
}

void Turns::Advance(size_t member) {
  uint64_t& cursor = cursors_[member];
  do {
    cursor += share_.stride;
  } while (cursor < share_.end && MemberOf(cursor) != member);
}

std::optional<uint64_t> Turns::Next() {
  constexpr size_t kNobody = ~size_t{0};
  size_t next = kNobody;
  for (size_t member = 0; member < members_; ++member) {
    if (cursors_[member] >= share_.end) continue;
    const bool equal = next != kNobody && taken_[member] == taken_[next];
    if (next == kNobody || taken_[member] < taken_[next] ||
        (equal && cursors_[member] < cursors_[next])) {
      next = member;
    }
  }
  if (next == kNobody) return std::nullopt;
  const uint64_t index = cursors_[next];
  static const double kKept = std::exp2(-1 / kHalfLife);
  for (double& credit : credit_) credit *= kKept;
  Advance(next);
  return index;
}

void Turns::Spent(uint64_t index, uint64_t points) {
  const size_t member = MemberOf(index);
  const double cost = kFixedCost + static_cast<double>(points);
  taken_[member] += cost / std::min(kMostTurns, 1 + credit_[member]);
}

void Turns::Found(uint64_t index) {
  // From now on, not for what it has not had so far.
  credit_[MemberOf(index)] += 1;
}

}  // namespace weir::sim
