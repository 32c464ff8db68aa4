// What `weir fuzz` tells a person or a program.
#ifndef WEIR_SIM_CLI_FUZZ_REPORT_H_
#define WEIR_SIM_CLI_FUZZ_REPORT_H_

#include <map>
#include <optional>
#include <set>
#include <string>

#include "sim/campaign/fuzzer.h"

namespace weir::sim {

// What repeats a failure of the plan's campaign: its file, or where the process died with its
// recorder the seed.
std::string ReplayCommand(const FuzzPlan& plan, const FailureMessage& failure);

class FuzzReport {
 public:
  // `expected`: the verdict that the campaign is to reach, if one was named; "assertion
  // missed_marker" asks for that oracle as well, and "deadlock or assertion" takes either.
  FuzzReport(const FuzzOptions& options, const TargetInfo& target,
             std::optional<std::string> expected, bool json);

  void Start() const;
  void Progress(const FuzzStats& stats);
  void Failure(const FailureMessage& failure);
  void End(const FuzzStats& stats, int exit_status);

  // Verdicts of the failures told, by name, with how many signatures each.
  const std::map<std::string, int>& verdicts() const { return verdicts_; }
  // True if the expected verdict was found; for "pass" if nothing was.
  bool AsExpected() const;

 private:
  bool Reached(const std::string& expected) const;
  void ClearLine();
  std::string NeverText(const FuzzStats& stats) const;

  const FuzzOptions& options_;
  const TargetInfo& target_;
  const std::optional<std::string> expected_;
  const bool json_;
  const bool live_;  // a progress line is shown and overwritten
  bool line_shown_ = false;
  std::map<std::string, int> verdicts_;
  std::set<std::string> signatures_;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_CLI_FUZZ_REPORT_H_
