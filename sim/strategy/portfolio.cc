#include "sim/strategy/portfolio.h"

#include <algorithm>

#include "sim/engine/random.h"
#include "sim/strategy/pct.h"
#include "sim/strategy/strategy.h"

namespace weir::sim {

size_t PortfolioStrategy::MemberOf(uint64_t index) {
  const uint64_t block = index / kMembers.size();
  return (index + Mix(block) % kMembers.size()) % kMembers.size();
}

PortfolioStrategy::Part PortfolioStrategy::PartOf(uint64_t index, uint32_t threads) {
  const std::string_view member = kMembers[MemberOf(index)];
  const uint64_t turn = index / kMembers.size();
  if (threads > kMostForAll && member != "surw" && member != "conflict") {
    return {(MemberOf(index) + turn) % 2 == 0 ? "surw" : "conflict", turn};
  }
  if (member != "random" && member != "pct") return {member, turn};
  const uint64_t orders = PctStrategy::OrdersOf(threads);
  const uint64_t order = 2 * turn + (member == "pct" ? 1 : 0);
  if (order < orders) return {"pct", order};
  return {member, member == "pct" ? orders + turn : turn};
}

PortfolioStrategy::PortfolioStrategy() {
  for (size_t i = 0; i < kMembers.size(); ++i) members_[i] = MakeStrategy(kMembers[i]);
  current_ = members_[0].get();
}

void PortfolioStrategy::Begin(const Execution& next, Random random) {
  const Part part = PartOf(next.index, next.threads);
  current_ = members_[std::ranges::find(kMembers, part.member) - kMembers.begin()].get();
  Execution own = next;
  own.index = part.index;
  current_->Begin(own, random);
  stays_until_ = current_->stays_until();
  minds_newcomers_ = current_->minds_newcomers();
  sees_all_ = current_->sees_all();
}

}  // namespace weir::sim
