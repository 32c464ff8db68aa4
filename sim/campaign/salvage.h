// What the parent can still tell of an execution whose process is gone.
#ifndef WEIR_SIM_CAMPAIGN_SALVAGE_H_
#define WEIR_SIM_CAMPAIGN_SALVAGE_H_

#include <string>

#include "sim/campaign/fuzz_plan.h"
#include "sim/campaign/store.h"
#include "sim/campaign/supervisor.h"
#include "sim/campaign/worker.h"

namespace weir::sim {

// "was killed by signal 11 (Segmentation fault)", "did not answer and was killed", "exited with
// status 3".
std::string EndText(const ChildEnd& end);

// The failure, written to the store as a schedule that says how the execution was begun (scenario,
// parameters, origin) and holds no edits: the recorder died with the process. `weir run` with that
// seed and index repeats it.
FailureMessage Salvage(const FuzzPlan& plan, const SharedPage& page, const ChildEnd& end,
                       const Store& store);

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_SALVAGE_H_
