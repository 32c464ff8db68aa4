// Between the two forms of a schedule: the file (schedule.h) and a fuzzer's bytes (fuzz_input.h).
#ifndef WEIR_SIM_CAMPAIGN_INPUTS_H_
#define WEIR_SIM_CAMPAIGN_INPUTS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/campaign/session.h"
#include "sim/campaign/shared_page.h"
#include "sim/schedule/fuzz_input.h"
#include "sim/schedule/schedule.h"

namespace weir::sim {

// The parameters of such an execution: the input's, each moved into its range where it lies
// outside.
std::vector<int64_t> ValuesOf(const FuzzInput& input, const ScenarioInfo& scenario);

// Runs the input and writes down what it did; if it hangs, `page` is told so before it is repeated.
// InvalidArgument if the target has no such scenario; Aborted if what was written down is another
// execution.
absl::StatusOr<Schedule> ScheduleOf(Session& session, const FuzzInput& input, SharedPage& page);

// The other way round; of a schedule that another build recorded, what it does now. InvalidArgument
// if it does not fit the target, or is too long; Aborted if it is another execution than the
// recorded one, or the input would be.
absl::StatusOr<FuzzInput> InputOf(Session& session, const Schedule& schedule);

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_INPUTS_H_
