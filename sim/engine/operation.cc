#include "sim/engine/operation.h"

#include <cstddef>
#include <iterator>

namespace weir::sim {
namespace {

constexpr std::string_view kNames[] = {
#define X(id, name, access) name,
    WEIR_OPERATIONS(X)
#undef X
};

constexpr Access kAccesses[] = {
#define X(id, name, access) Access::access,
    WEIR_OPERATIONS(X)
#undef X
};

}  // namespace

std::string_view OpName(Op op) { return kNames[static_cast<size_t>(op)]; }

Access AccessOf(Op op) { return kAccesses[static_cast<size_t>(op)]; }

std::optional<Op> OpFromName(std::string_view name) {
  for (size_t i = 0; i < std::size(kNames); ++i) {
    if (kNames[i] == name) return static_cast<Op>(i);
  }
  return std::nullopt;
}

}  // namespace weir::sim
