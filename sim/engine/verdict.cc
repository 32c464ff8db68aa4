#include "sim/engine/verdict.h"

#include <cstddef>
#include <iterator>

namespace weir::sim {
namespace {

constexpr std::string_view kNames[] = {
#define X(id, name) name,
    WEIR_VERDICTS(X)
#undef X
};

}  // namespace

std::string_view VerdictName(VerdictKind kind) { return kNames[static_cast<size_t>(kind)]; }

std::optional<VerdictKind> VerdictFromName(std::string_view name) {
  for (size_t i = 0; i < std::size(kNames); ++i) {
    if (kNames[i] == name) return static_cast<VerdictKind>(i);
  }
  return std::nullopt;
}

}  // namespace weir::sim
