#include "sim/posix/explore.h"

#include <utility>

#include "sim/engine/scheduler.h"
#include "sim/explore.h"

namespace weir::sim {
namespace {

// Of the host: it outlives the execution.
std::optional<Exploration> g_exploration;

std::string TextOf(const char* text) { return text == nullptr ? "" : text; }

}  // namespace

std::optional<Exploration> TakeExploration() { return std::exchange(g_exploration, std::nullopt); }

}  // namespace weir::sim

using namespace weir::sim;  // NOLINT: the definition below is C's

extern "C" void weir_explore(const WeirExploration* exploration) {
  if (g_exploration) return;
  HostScope host;
  g_exploration = {
      exploration->executions, TextOf(exploration->strategy), TextOf(exploration->faults),
      exploration->seed == nullptr ? std::nullopt : std::optional<uint64_t>(*exploration->seed)};
}
