// Why an execution failed, as far as that can be found out by trying: which of its edits it hinges
// on, and whose state it is about, the scenario's or the code's that is tested.
#ifndef WEIR_SIM_CAMPAIGN_EXPLAIN_H_
#define WEIR_SIM_CAMPAIGN_EXPLAIN_H_

#include <string>
#include <vector>

#include "sim/campaign/narrator.h"
#include "sim/campaign/session.h"
#include "sim/schedule/schedule.h"
#include "sim/schedule/trace.h"
#include "sim/verdict/symbols.h"

namespace weir::sim {

// Whose code is at a point, by the file of the innermost frame in the user's code: the scenario's
// if it lies in the folder in which the scenario is defined, else the tested code's.
enum class Owner : uint8_t { kUnknown, kTested, kScenario };

struct Hinge {
  std::string thread;
  std::string at;      // "atomic_store on main:2+0x8"
  std::string choice;  // "worker-1/main runs next"
  std::string place;   // "oracle_race.cc:52"; empty when unknown
  Owner owner = Owner::kUnknown;
  bool needed = false;  // without it the failure does not come about
  std::string without;  // what comes of the execution then: "pass", or another signature
};

// An object that only code of the scenario touches, several of its threads among them, and one at
// least to write.
struct SharedState {
  std::string object;
  std::vector<std::string> accesses;  // "coordinator/main writes it at oracle_race.cc:55"
  bool read_by_failed = false;        // by the thread that failed
};

struct Explanation {
  std::vector<Hinge> hinges;  // one for each edit, in their order, then one for each fault
  std::vector<SharedState> shared;
  bool check_is_scenarios = false;  // the check that failed stands in the scenario's code
};

// Beyond so many edits and faults it is not tried what each of them is for: minimise first.
inline constexpr size_t kMostHinges = 16;

// `trace` and `places` are of a watched replay of `schedule`, the last execution of `session`, and
// `report` is what came of it. Runs the schedule once more for each of its edits and faults.
Explanation Explain(Session& session, const Schedule& schedule, const Trace& trace,
                    const PlaceObserver& places, const Report& report);

// The explanation as text for people; empty if there is nothing to say.
std::string ExplanationText(const Explanation& explanation);

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_EXPLAIN_H_
