// The identity of a minimal failure, finer than its signature: two mistakes that end in one check,
// or in one wait, are told apart by what the failure hinges on.
#ifndef WEIR_SIM_CAMPAIGN_MINIMAL_IDENTITY_H_
#define WEIR_SIM_CAMPAIGN_MINIMAL_IDENTITY_H_

#include <string>
#include <vector>

#include "sim/campaign/session.h"
#include "sim/schedule/schedule.h"

namespace weir::sim {

struct MinimalIdentity {
  std::string name;                 // the signature, '.', and 32 bits of a hash over the hinges
  std::vector<std::string> hinges;  // sorted, each once
};

// Replays a schedule that was minimised and recorded. It hinges on
//
// - each edit: what was chosen, at which operation, and where in the user's code;
// - each crash and restart of a process;
// - the parameters that are not at their least: which, and of a choice the name;
// - the wake-ups: where the thread that failed was woken last; if all wait, where what each waits
//   for was last rung;
// - what whoever rang had seen of other threads since it waited last itself: the place of each load
//   and of the store. What led to a failure is told apart by these also where no edit is left.
//
// Not on thread names, counts and values. Of a schedule that is not minimal it is a name as well,
// but one that many executions do not share.
MinimalIdentity IdentityOfMinimal(Session& session, const Schedule& schedule);

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_MINIMAL_IDENTITY_H_
