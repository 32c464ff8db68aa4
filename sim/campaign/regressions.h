// Schedules that have failed once: a campaign replays them before it searches.
#ifndef WEIR_SIM_CAMPAIGN_REGRESSIONS_H_
#define WEIR_SIM_CAMPAIGN_REGRESSIONS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/schedule/schedule.h"

namespace weir::sim {

struct Regression {
  std::string name;  // of the file, without its ending
  Schedule schedule;
};

// Where a target's regressions lie unless something else is said: beside it, "fence.regressions"
// for "fence.so".
std::string RegressionsOf(std::string_view target_path);

// All *.weir.json of the folder that are about one of these scenarios, by name. InvalidArgument
// with the place for one that is no schedule; NotFound if there is no such folder.
absl::StatusOr<std::vector<Regression>> ReadRegressions(const std::string& folder,
                                                        const std::vector<std::string>& scenarios);

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_REGRESSIONS_H_
