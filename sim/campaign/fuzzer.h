// The parent side of a campaign: deals out the executions, survives its workers, keeps what they
// find.
#ifndef WEIR_SIM_CAMPAIGN_FUZZER_H_
#define WEIR_SIM_CAMPAIGN_FUZZER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/campaign/fuzz_plan.h"
#include "sim/campaign/messages.h"
#include "sim/campaign/sketch.h"
#include "sim/campaign/store.h"
#include "sim/campaign/supervisor.h"
#include "sim/campaign/worker.h"

namespace weir::sim {

struct FuzzOptions {
  FuzzPlan plan;
  std::optional<uint64_t> runs;                  // executions 0 … runs − 1
  std::optional<std::chrono::nanoseconds> time;  // wall clock; at least one of the two
  uint64_t shard = 0;                            // runs the indices i ≡ shard (mod shards)
  uint64_t shards = 1;
  int jobs = 1;
  std::vector<Regression> regressions;  // replayed before anything else
  bool keep_going = false;              // else it ends with the first failure
  bool verify = false;
  double hang_seconds = kDefaultHangSeconds;
};

// An execution that did not come to its end: nothing is known of it.
struct CutOff {
  uint64_t index = 0;
  std::string scenario;
  double cpu_seconds = 0;  // since it was last seen to reach a scheduling point
};

struct FuzzStats {
  double seconds = 0;
  uint64_t executions = 0;
  uint64_t points = 0;
  uint64_t distinct = 0;  // fingerprints, estimated
  // Of a systematic strategy: schedules, how many workers have come to their end, and whether one
  // met schedules with more decisions than it keeps.
  uint64_t schedules = 0;
  int complete = 0;
  bool cut = false;
  uint32_t settled = 0;   // scenarios of which one execution was enough: nothing to choose
  uint64_t failures = 0;  // executions that failed
  uint64_t buckets = 0;   // different signatures among them
  std::vector<std::pair<std::string, uint64_t>> strategies;  // executions by strategy
  struct Sometimes {
    uint64_t asked = 0;  // in how many executions
    uint64_t held = 0;
  };
  std::vector<Sometimes> sometimes;  // as TargetInfo::sometimes
  uint64_t restarts = 0;             // workers that had to be replaced
  int signal = 0;                    // that ended it: SIGINT or SIGTERM; else 0
  std::vector<CutOff> cut_off;       // executions that were in progress at the end, and killed
};

// What a campaign tells while it goes on. All are called from Fuzz().
struct FuzzListener {
  // A failure with a new signature, or one with a lower index than that told before. Its file is
  // written.
  std::function<void(const FailureMessage&)> failure;
  std::function<void(const FuzzStats&)> progress;  // a few times per second
};

// Runs the campaign to its end: the runs are done, the time is up, a failure ends it, or SIGINT or
// SIGTERM came; a second one, some time after, ends the process. With `runs` and without keep_going
// the failure told is the one with the lowest index, whatever the number of jobs. A status when the
// machinery fails or a worker says that the input is bad.
absl::StatusOr<FuzzStats> Fuzz(const FuzzOptions& options, const Store& store,
                               const FuzzListener& listener);

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_FUZZER_H_
