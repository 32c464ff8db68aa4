#include "sim/strategy/strategy.h"

#include "sim/strategy/pct.h"
#include "sim/strategy/portfolio.h"
#include "sim/strategy/random.h"

namespace weir::sim {
namespace {

template <typename T>
std::unique_ptr<Strategy> Make() {
  return std::make_unique<T>();
}

constexpr StrategyInfo kStrategies[] = {
    {"portfolio", "rotates the others, one execution each (the default)"},
    {"random", "a random walk; how long it stays on a thread is drawn for each execution"},
    {"pct", "random priorities, lowered at 0 to 4 random steps (Burckhardt et al. 2010)"},
    {"default", "no search: the schedule without any edit, every time"},
};
// Parallel to kStrategies.
constexpr std::unique_ptr<Strategy> (*kMakers[])() = {Make<PortfolioStrategy>, Make<RandomStrategy>,
                                                      Make<PctStrategy>, Make<DefaultStrategy>};
static_assert(std::size(kStrategies) == std::size(kMakers));

}  // namespace

std::span<const StrategyInfo> Strategies() { return kStrategies; }

std::unique_ptr<Strategy> MakeStrategy(std::string_view name) {
  for (size_t i = 0; i < std::size(kStrategies); ++i) {
    if (kStrategies[i].name == name) return kMakers[i]();
  }
  return nullptr;
}

}  // namespace weir::sim
