// What the passes work on: the smallest schedule so far, and the way to try a smaller one.
//
// Internal to sim/minimize.
#ifndef WEIR_SIM_MINIMIZE_BENCH_H_
#define WEIR_SIM_MINIMIZE_BENCH_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/minimize/minimize.h"

namespace weir::sim {

// What all benches of one minimisation share.
struct Workshop {
  Executor& executor;
  const MinimizeOptions& options;
  ExpectedVerdict wanted;  // every candidate has to fail like this
  MinimizeReport report;
  std::map<std::pair<uint64_t, uint64_t>, Outcome> outcomes;  // by candidate
  // Points that searches at these values have spent in vain.
  std::map<std::vector<int64_t>, uint64_t> searched;
  uint64_t next_search_seed = 1;
  uint64_t parameter_points = 0;   // what a search for one smaller parameter may spend
  std::set<std::string> met = {};  // signatures of other failures

  bool Expired() const { return options.expired(); }
  bool FailsAlike(const Outcome& outcome) const {
    return outcome.verdict == wanted.kind && outcome.signature == wanted.signature;
  }
  // From the cache if that candidate ran before.
  const Outcome& Run(const Schedule& candidate);
  // Takes an old signature of this outcome for the one of today.
  void Recognise(const Outcome& outcome) {
    if (wanted.signature == outcome.old_signature) wanted.signature = outcome.signature;
  }
  // The candidate's outcome is not to be relied on: it is never the best again.
  void Distrust(const Schedule& candidate);
  // Executor::Search in chunks until the time is up or these many points are spent.
  std::optional<Schedule> Search(const Schedule& like, uint64_t points);
  PassReport& pass() { return report.passes.back(); }
  // The reports of one name are added up.
  void BeginPass(const std::string& name);
};

class Bench {
 public:
  // Precondition: `start` fails as wanted. `saves`: hand what is better to options.improved.
  Bench(Workshop& workshop, Schedule start, bool saves)
      : workshop_(workshop), best_(start), recorded_(std::move(start)), saves_(saves) {}

  const Schedule& best() const { return best_; }
  // The last that was written down and failed as wanted; at first `start`.
  const Schedule& recorded() const { return recorded_; }
  Workshop& workshop() const { return workshop_; }
  bool Expired() const { return workshop_.Expired(); }

  // Runs the candidate. If it fails as wanted, it is the best from now on, without the edits and
  // faults that did not apply. Whether it is smaller is for the caller to know. False when the time
  // is up.
  bool Try(Schedule candidate);

  // The best without edits or faults [begin, end).
  bool TryWithoutEdits(size_t begin, size_t end);
  bool TryWithoutFaults(size_t begin, size_t end);

  // Writes the best down anew, if it has changed: its edits are then those that make a difference,
  // in the order in which they apply; and hands it over.
  // Should it then not fail as wanted, the one recorded before is the best again.
  void Record();

  // Grows with each success.
  uint64_t successes() const { return successes_; }

 private:
  Workshop& workshop_;
  Schedule best_;
  Schedule recorded_;
  bool saves_;
  uint64_t successes_ = 0;
  uint64_t recorded_successes_ = 0;  // when it was last written down
  uint64_t tries_at_record_ = 0;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_MINIMIZE_BENCH_H_
