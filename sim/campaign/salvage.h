// What the parent can still tell of an execution whose process is gone.
#ifndef WEIR_SIM_CAMPAIGN_SALVAGE_H_
#define WEIR_SIM_CAMPAIGN_SALVAGE_H_

#include "sim/campaign/fuzz_plan.h"
#include "sim/campaign/store.h"
#include "sim/campaign/supervisor.h"
#include "sim/campaign/worker.h"

namespace weir::sim {

// The execution in that page, repeated by the decisions that it left there, and written down. If it
// does not die again that is the verdict: nondeterminism. One with more decisions than are kept has
// no edits: only its seed repeats it (`whole` is false).
struct Salvaged {
  Schedule schedule;
  bool whole = true;
};
Salvaged Salvage(const std::string& target, const std::string& strategy, const SharedPage& page,
                 const ChildEnd& end, double hang_seconds);

// The same as a failure of a campaign, written to the store.
FailureMessage SalvageFailure(const FuzzPlan& plan, const SharedPage& page, const ChildEnd& end,
                              const Store& store, double hang_seconds);

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_SALVAGE_H_
