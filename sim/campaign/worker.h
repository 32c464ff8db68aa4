// The child side of a campaign: runs its share of the executions and tells the parent what failed.
#ifndef WEIR_SIM_CAMPAIGN_WORKER_H_
#define WEIR_SIM_CAMPAIGN_WORKER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/campaign/fuzz_plan.h"
#include "sim/campaign/regressions.h"
#include "sim/campaign/shared_page.h"
#include "sim/campaign/store.h"
#include "sim/campaign/turns.h"

namespace weir::sim {

struct WorkerOptions {
  FuzzPlan plan;
  Share share;
  std::optional<Cursors> from;          // what is left of the share; all of it
  std::vector<Regression> regressions;  // replayed first
  bool keep_going = false;              // after a failure
  bool verify = false;                  // run each execution in a cold process too, and compare
};

// What a worker tells of a failure, once its file is written.
struct FailureMessage {
  uint64_t index = 0;
  std::string verdict;
  std::string signature;
  std::string headline;
  std::string scenario;  // with parameters, "marker_burst workers=2 …"
  std::string file;      // found-…; empty if nothing could be written
  std::string text;      // waits and stacks, in short
  uint64_t edits = 0;
  uint64_t points = 0;
  std::string regression;     // the name of the one that failed; empty: an execution of the search
  uint64_t repeats = 0;       // of a signature that this worker has told before: no file
  bool only_by_seed = false;  // the file has no edits: only the seed repeats it
};

nlohmann::json ToJson(const FailureMessage& message);
FailureMessage FailureFromJson(const nlohmann::json& json);

// The body of the child. Sends lines: {"failure": …}, {"error": text, "code": n}; returns when its
// share is done or page.stop_at is reached. The exit status tells nothing but that it came to its
// end.
int RunWorker(const WorkerOptions& options, const Store& store, SharedPage& page, int pipe);

// "marker_burst workers=2 mode=delivery".
std::string RunText(const Schedule& schedule);

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_WORKER_H_
