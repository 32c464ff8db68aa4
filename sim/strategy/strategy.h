// The search strategies by name.
//
// Every strategy listed here that is not systematic is a function of (campaign seed, index,
// profile) alone, and the profile is one of the scenario and its parameters: what it does in one
// execution depends neither on the executions before it nor on how many workers share the campaign,
// so that any execution can be reproduced by itself. The strategy that repeats a recorded schedule
// is sim/schedule/replay.h.
#ifndef WEIR_SIM_STRATEGY_STRATEGY_H_
#define WEIR_SIM_STRATEGY_STRATEGY_H_

#include <memory>
#include <span>
#include <string_view>

#include "sim/engine/decision.h"

namespace weir::sim {

struct StrategyInfo {
  std::string_view name;
  std::string_view summary;   // one line, for `weir list strategies`
  bool uses_profile = false;  // Execution::profile makes a difference to it
  bool systematic = false;    // goes through executions one after the other (Strategy::Advance)
};

inline constexpr std::string_view kDefaultStrategy = "portfolio";

// All of them, the default first.
std::span<const StrategyInfo> Strategies();

// Null for a name that is not in Strategies().
std::unique_ptr<Strategy> MakeStrategy(std::string_view name);

// Precondition, here and below: the name is in Strategies().
const StrategyInfo& InfoOf(std::string_view name);
bool IsSystematic(std::string_view name);

// Which strategy decides execution `index` of a campaign with the strategy `name`, and which of its
// own executions that is: for the portfolio the member that takes the turn. `threads` as in
// Execution.
struct Turn {
  const StrategyInfo* strategy;
  uint64_t index;
};
Turn TurnOf(std::string_view name, uint64_t index, uint32_t threads = 0);

// Which is drawn before the program is known, so by whose turn it is (threads = 0).
//
// The execution whose scenario and parameters execution `index` has, too: those of a strategy that
// uses profiles come in groups of so many, since each profile costs an execution.
inline constexpr uint64_t kProfileGroup = 8;
uint64_t DrawnAs(std::string_view name, uint64_t index);

}  // namespace weir::sim

#endif  // WEIR_SIM_STRATEGY_STRATEGY_H_
