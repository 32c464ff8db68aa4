#include "sim/schedule/schedule.h"

namespace weir::sim {

std::string_view DisplayName(const Schedule& schedule, std::string_view path) {
  for (const auto& [known, name] : schedule.thread_names) {
    if (known == path) return name;
  }
  return path;
}

}  // namespace weir::sim
