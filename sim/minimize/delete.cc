#include "sim/minimize/delete.h"

#include <algorithm>

namespace weir::sim {
namespace {

// Whether any chunk of this size could go.
bool DeleteChunks(const Deletable& list, size_t chunk) {
  bool any = false;
  size_t end = list.size();
  while (end > 0 && !list.expired()) {
    const size_t begin = end > chunk ? end - chunk : 0;
    any = list.try_without(begin, end) || any;
    end = std::min(begin, list.size());
  }
  return any;
}

}  // namespace

void DeltaDebug(const Deletable& list) {
  if (list.size() == 0 || list.try_without(0, list.size())) return;
  for (size_t chunk = (list.size() + 1) / 2; chunk > 1; chunk = (chunk + 1) / 2) {
    DeleteChunks(list, chunk);
    chunk = std::min(chunk, list.size());
  }
  while (DeleteChunks(list, 1) && !list.expired()) {
  }
}

void DeleteAdaptively(const Deletable& list) {
  size_t end = list.size();
  size_t chunk = 1;
  while (end > 0 && !list.expired()) {
    const size_t begin = end > chunk ? end - chunk : 0;
    const bool deleted = list.try_without(begin, end);
    if (deleted || chunk == 1) end = std::min(begin, list.size());
    chunk = deleted ? chunk * 2 : 1;
  }
}

void DeletePairs(const Deletable& list,
                 const std::function<bool(size_t, size_t)>& try_without_both) {
  for (size_t second = list.size(); second-- > 1 && !list.expired();) {
    for (size_t first = second; first-- > 0 && !list.expired();) {
      if (!try_without_both(first, second)) continue;
      second = list.size();
      break;
    }
    second = std::min(second, list.size());
    if (second == 0) return;
  }
}

}  // namespace weir::sim
