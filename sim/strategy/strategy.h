// The search strategies by name.
//
// Every strategy listed here is a function of (campaign seed, index) alone: what it does in one
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
  std::string_view summary;  // one line, for `weir list strategies`
};

inline constexpr std::string_view kDefaultStrategy = "portfolio";

// All of them, the default first.
std::span<const StrategyInfo> Strategies();

// Null for a name that is not in Strategies().
std::unique_ptr<Strategy> MakeStrategy(std::string_view name);

}  // namespace weir::sim

#endif  // WEIR_SIM_STRATEGY_STRATEGY_H_
