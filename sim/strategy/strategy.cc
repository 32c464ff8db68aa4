#include "sim/strategy/strategy.h"

#include <algorithm>
#include <iterator>

#include "sim/engine/random.h"
#include "sim/strategy/bounded.h"
#include "sim/strategy/conflict.h"
#include "sim/strategy/pct.h"
#include "sim/strategy/portfolio.h"
#include "sim/strategy/pos.h"
#include "sim/strategy/random.h"
#include "sim/strategy/surw.h"

namespace weir::sim {
namespace {

template <typename T>
std::unique_ptr<Strategy> Make() {
  return std::make_unique<T>();
}

constexpr StrategyInfo kStrategies[] = {
    {"portfolio", "rotates the others, one execution each (the default)"},
    {"random", "a random walk; how long it stays on a thread is drawn for each execution"},
    {"pct", "random priorities, lowered at 0 to 4 random steps (Burckhardt et al. 2010)", true},
    {"pos", "a random priority for each event, redrawn for those that race (Yuan et al. 2018)"},
    {"surw", "uniform among the orders of events on a few objects (Zhao et al. 2025)", true},
    {"conflict",
     "asks for another order of a few accesses than the default's (after Wolff et al. 2024)", true},
    {"bounded", "all schedules with up to N deviations from the default, one after the other",
     false, true},
    {"default", "no search: the schedule without any edit, every time"},
};
// Parallel to kStrategies.
constexpr std::unique_ptr<Strategy> (*kMakers[])() = {
    Make<PortfolioStrategy>, Make<RandomStrategy>,   Make<PctStrategy>,     Make<PosStrategy>,
    Make<SurwStrategy>,      Make<ConflictStrategy>, Make<BoundedStrategy>, Make<DefaultStrategy>};
static_assert(std::size(kStrategies) == std::size(kMakers));

}  // namespace

std::span<const StrategyInfo> Strategies() { return kStrategies; }

std::unique_ptr<Strategy> MakeStrategy(std::string_view name) {
  for (size_t i = 0; i < std::size(kStrategies); ++i) {
    if (kStrategies[i].name == name) return kMakers[i]();
  }
  return nullptr;
}

const StrategyInfo& InfoOf(std::string_view name) {
  return *std::ranges::find(kStrategies, name, [](const StrategyInfo& info) { return info.name; });
}

bool IsSystematic(std::string_view name) { return InfoOf(name).systematic; }

Turn TurnOf(std::string_view name, uint64_t index, uint32_t threads) {
  if (name != "portfolio") return {&InfoOf(name), index};
  const PortfolioStrategy::Part part = PortfolioStrategy::PartOf(index, threads);
  return {&InfoOf(part.member), part.index};
}

uint64_t DrawnAs(std::string_view name, uint64_t index) {
  const Turn turn = TurnOf(name, index);
  if (!turn.strategy->uses_profile) return index;
  // Of two members other numbers, at least usually: a hash of one of them among those of the
  // others.
  const auto place = static_cast<uint64_t>(turn.strategy - kStrategies);
  return Mix(turn.index / kProfileGroup * std::size(kStrategies) + place);
}

}  // namespace weir::sim
