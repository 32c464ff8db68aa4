#include "sim/engine/fault.h"

#include <iterator>

namespace weir::sim {
namespace {

constexpr std::string_view kNames[] = {
#define X(id, name, form) name,
    WEIR_FAULTS(X)
#undef X
};
static_assert(std::size(kNames) == kFaultKinds);

}  // namespace

std::string_view FaultName(FaultKind kind) { return kNames[static_cast<size_t>(kind)]; }

std::optional<FaultKind> FaultFromName(std::string_view name) {
  for (size_t i = 0; i < kFaultKinds; ++i) {
    if (kNames[i] == name) return static_cast<FaultKind>(i);
  }
  return std::nullopt;
}

}  // namespace weir::sim
