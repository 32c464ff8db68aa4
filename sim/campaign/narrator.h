// The story of an execution: its trace, with places, names and what weir chose.
#ifndef WEIR_SIM_CAMPAIGN_NARRATOR_H_
#define WEIR_SIM_CAMPAIGN_NARRATOR_H_

#include <string>
#include <string_view>

#include "sim/campaign/place_observer.h"
#include "sim/schedule/schedule.h"
#include "sim/schedule/trace.h"
#include "sim/verdict/report.h"
#include "sim/verdict/symbols.h"
#include "sim/view/story.h"

namespace weir::sim {

// The story of an execution. `schedule` has the edits that the trace refers to, `report` says who
// waits at the end. `places` and `symbols` may be null. ObjectName() must still be valid for it.
Story MakeStory(const Trace& trace, const Schedule& schedule, const Report& report,
                const PlaceObserver* places, Symbols* symbols);

// The process of a thread, and which life of it: "worker-1#1" of "worker-1#1/main.2".
std::string ProcessOf(std::string_view thread_path);

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_NARRATOR_H_
