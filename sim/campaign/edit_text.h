// What weir did to an execution, in words.
#ifndef WEIR_SIM_CAMPAIGN_EDIT_TEXT_H_
#define WEIR_SIM_CAMPAIGN_EDIT_TEXT_H_

#include <string>

#include "sim/schedule/schedule.h"

namespace weir::sim {

// "stands still for 1 ms": what a choice of the kind kFault does.
std::string FaultText(const EditChoice& choice);

// "coordinator/reader-1 runs next": what an edit chose.
std::string EditText(const Edit& edit, const Schedule& schedule);

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_EDIT_TEXT_H_
