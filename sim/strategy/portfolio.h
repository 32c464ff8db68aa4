// Several strategies in turn: none dominates, so each gets its share.
#ifndef WEIR_SIM_STRATEGY_PORTFOLIO_H_
#define WEIR_SIM_STRATEGY_PORTFOLIO_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "sim/engine/decision.h"

namespace weir::sim {

// Whose turn an execution is depends on its index alone. Who takes it depends on how many threads
// the program has, too, where that is known (Execution::threads):
//
// - Of a small program random's and pct's first turns all go to pct, which begins with the orders
//   of whole threads: between them the others go on, since what no such order shows should not
//   come later for them.
// - With more than kMostForAll threads surw and conflict take all turns in equal shares. What the
//   others do there is nearly always the same: with 50 threads or more each of them needs at least
//   a hundred times as many executions for what hangs on the order of a few events.
class PortfolioStrategy final : public Strategy {
 public:
  static constexpr std::array<std::string_view, 5> kMembers = {"random", "pct", "pos", "surw",
                                                               "conflict"};

  // The place in kMembers of the strategy for execution `index`. Of N successive indexes from a
  // multiple of N each of the N members gets one, in an order that is drawn for each such block:
  // so also of those that one of several workers runs, every second, N-th or N²-th, each member
  // gets its share.
  static size_t MemberOf(uint64_t index);

  // Who takes that turn, and which of its own executions that is. `threads` as in Execution.
  struct Part {
    std::string_view member;
    uint64_t index;
  };
  static Part PartOf(uint64_t index, uint32_t threads);
  static constexpr uint32_t kMostForAll = 30;

  PortfolioStrategy();
  // A member sees the executions that are its own, each with another number.
  void Begin(const Execution& next, Random random) override;
  Choice Choose(const Point& point) override {
    const Choice choice = current_->Choose(point);
    stays_until_ = current_->stays_until();
    return choice;
  }
  void See(const Point& point) override { current_->See(point); }
  uint64_t FaultAfter(FaultKind kind, uint64_t step) override {
    return current_->FaultAfter(kind, step);
  }
  void End(const Verdict& verdict) override { current_->End(verdict); }

 private:
  std::array<std::unique_ptr<Strategy>, kMembers.size()> members_;
  Strategy* current_;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_STRATEGY_PORTFOLIO_H_
