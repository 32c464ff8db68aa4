// The determinism check: every execution once more, as the first one of a fresh process.
#ifndef WEIR_SIM_CAMPAIGN_VERIFY_H_
#define WEIR_SIM_CAMPAIGN_VERIFY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/campaign/fuzz_plan.h"
#include "sim/campaign/session.h"

namespace weir::sim {

struct Share;  // turns.h

// Executions per cold process: each batch is another exec, with other addresses (ASLR); more of
// them would cost more than they show.
inline constexpr uint64_t kVerifyBatch = 256;

struct ColdResult {
  uint64_t index = 0;
  uint64_t fingerprint = 0;
  uint64_t points = 0;
  VerdictKind verdict = VerdictKind::kPass;
};

// Executes this program anew as `weir cold`, which runs the share's executions; one result each, in
// order. Internal when that process fails.
absl::StatusOr<std::vector<ColdResult>> RunCold(const FuzzPlan& plan, const Share& share);

// What `weir cold JOB` does: loads the target, never runs it itself, and forks before each
// execution, so that each finds a process in which none has run (but the default schedule, for a
// strategy that uses profiles). Writes a line per result to standard output.
int RunColdJob(const std::string& job);

// "" if the two are equal, else how they differ.
std::string DifferenceOf(const ColdResult& warm, const ColdResult& cold);

// The schedule of an execution that came out differently in a cold process, with the verdict
// nondeterminism. Replaying it in a new process shows where the two part.
Finding MakeVerifyFinding(Session& session, const SearchRun& run, const ColdResult& warm,
                          const std::string& difference);

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_VERIFY_H_
