#include "sim/strategy/portfolio.h"

#include "sim/engine/random.h"
#include "sim/strategy/strategy.h"

namespace weir::sim {

size_t PortfolioStrategy::MemberOf(uint64_t index) {
  const uint64_t block = index / kMembers.size();
  return (index + Mix(block) % kMembers.size()) % kMembers.size();
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
  sees_all_ = current_->sees_all();
}

}  // namespace weir::sim
