// Makes a failing schedule as small as it can: a few edits, few workers, few iterations.
//
// Knows schedules and nothing of how they are run: that is the Executor's part. docs/formats.md
// says which passes there are, in which order, and why.
#ifndef WEIR_SIM_MINIMIZE_MINIMIZE_H_
#define WEIR_SIM_MINIMIZE_MINIMIZE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/schedule/parameters.h"
#include "sim/schedule/schedule.h"

namespace weir::sim {

// What came of running a candidate.
struct Outcome {
  VerdictKind verdict = VerdictKind::kPass;
  std::string signature;           // as ExpectedVerdict::signature; "" for a pass
  std::string old_signature = {};  // what an earlier weir would have written in its place
  uint64_t fingerprint = 0;
  uint64_t points = 0;
  std::vector<size_t> unused_edits;   // indices of edits that did not apply, ascending
  std::vector<size_t> unused_faults;  // likewise
};

// Runs schedules. All three are deterministic: equal arguments, equal results.
class Executor {
 public:
  virtual ~Executor() = default;

  // One execution under lenient replay.
  virtual Outcome Run(const Schedule& schedule) = 0;

  // The same execution, written down anew: all that a Recorder fills in, verdict, fingerprint and
  // points are those of this run; scenario, target, parameters and origin those of `schedule`.
  virtual Schedule Record(const Schedule& schedule) = 0;

  // Fuzzes the scenario with the parameters of `like` until an execution fails with its signature
  // (like.verdict.signature), and returns that one, recorded; nullopt when some `point_budget`
  // scheduling points were spent in vain. Other seeds, other executions. Faults only if `like` has
  // some.
  virtual std::optional<Schedule> Search(const Schedule& like, uint64_t point_budget,
                                         uint64_t seed) = 0;
};

struct MinimizeOptions {
  std::vector<ParameterSpec> parameters;  // of the scenario
  // True when it is time to stop; asked before every execution.
  std::function<bool()> expired = [] { return false; };
  // Gets the best so far, recorded, whenever there is a better one.
  std::function<void(const Schedule&)> improved = [](const Schedule&) {};
  // Gets a candidate that failed in another way than the wanted one, and how; once for each
  // signature. May run the executor.
  std::function<void(const Schedule&, const std::string& signature)> met =
      [](const Schedule&, const std::string&) {};
};

// How big a schedule is.
struct ScheduleSize {
  std::vector<Parameter> parameters;
  size_t faults = 0;
  size_t edits = 0;
  uint64_t points = 0;
};

struct PassReport {
  std::string name;
  uint64_t tries = 0;      // executions
  uint64_t successes = 0;  // that led to something smaller
};

struct MinimizeReport {
  ScheduleSize before;
  ScheduleSize after;
  uint64_t tries = 0;  // executions, without those of searches
  uint64_t searches = 0;
  uint64_t cached = 0;    // candidates whose outcome was known
  uint64_t rounds = 0;    // how often all passes were gone through
  bool finished = false;  // nothing changed in the last round; else the time was up
  std::vector<PassReport> passes;
};

struct Minimized {
  Schedule schedule;  // recorded: verdict, fingerprint and checkpoints are its own
  MinimizeReport report;
};

// A parameter may come out larger than it was, if that made one that the scenario declares before
// it smaller.
//
// Precondition: `failing` was recorded from an execution that failed; its verdict's signature is
// what every candidate has to reach. If it is one of an earlier weir, it is the signature that the
// same execution has today.
//
// FailedPrecondition if it does not fail that way when it is run, Aborted if two runs of it differ
// (then nothing that a candidate shows could be believed). When the time is up, the best so far is
// the result.
absl::StatusOr<Minimized> Minimize(const Schedule& failing, Executor& executor,
                                   const MinimizeOptions& options);

}  // namespace weir::sim

#endif  // WEIR_SIM_MINIMIZE_MINIMIZE_H_
