#include "sim/strategy/portfolio.h"

#include "sim/strategy/strategy.h"

namespace weir::sim {

size_t PortfolioStrategy::MemberOf(uint64_t index) {
  uint64_t sum = 0;
  for (; index != 0; index /= kMembers.size()) sum += index % kMembers.size();
  return sum % kMembers.size();
}

PortfolioStrategy::PortfolioStrategy() {
  for (size_t i = 0; i < kMembers.size(); ++i) members_[i] = MakeStrategy(kMembers[i]);
  current_ = members_[0].get();
}

void PortfolioStrategy::Begin(const Execution& next, Random random) {
  current_ = members_[MemberOf(next.index)].get();
  Execution own = next;
  own.index = next.index / kMembers.size();
  current_->Begin(own, random);
  stays_until_ = current_->stays_until();
  minds_newcomers_ = current_->minds_newcomers();
}

}  // namespace weir::sim
