// Files as a whole.
#ifndef WEIR_SIM_SCHEDULE_FILE_H_
#define WEIR_SIM_SCHEDULE_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace weir::sim {

// NotFound or another status of the system if it cannot be read; InvalidArgument for one that is
// too big to be a schedule.
absl::StatusOr<std::string> ReadWhole(const std::string& path);

// Replaces the file in one step, as WriteSchedule says.
absl::Status WriteWhole(std::string_view bytes, const std::string& path);

}  // namespace weir::sim

#endif  // WEIR_SIM_SCHEDULE_FILE_H_
