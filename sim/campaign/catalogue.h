// The targets and bugs that lie beside the executable.
#ifndef WEIR_SIM_CAMPAIGN_CATALOGUE_H_
#define WEIR_SIM_CAMPAIGN_CATALOGUE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace weir::sim {

// The target that is meant when none is named: the shipped barrier.
inline constexpr std::string_view kDefaultTarget = "fence";

// Where targets are found by name: the folder targets/ beside the executable.
std::string TargetFolder();

// A path is taken as it is; a name ("fence", "bug-01-notify", "programs/pass/latch") means the
// target of that name in TargetFolder(). NotFound with the known names.
absl::StatusOr<std::string> FindTarget(const std::string& name_or_path);

// Names of all targets in TargetFolder() itself, sorted.
std::vector<std::string> TargetNames();

// A known mistake, built as a target of its own.
struct Bug {
  std::string number;  // "01"
  std::string name;    // "01-counter-without-epoch"
  std::string target;  // path
  // What weir must reach, a verdict's name and perhaps an oracle's: "deadlock", "assertion
  // missed_marker", "deadlock or assertion". Empty if the bug's README does not say.
  std::string verdict;
  // Those that have the situation in which it shows; empty if the README does not say.
  std::vector<std::string> scenarios;
};

// All of them, by number.
std::vector<Bug> Bugs();
// "1", "01" or "01-counter-without-epoch". NotFound with the known ones.
absl::StatusOr<Bug> FindBug(std::string_view number_or_name);

// The line "verdict: …" in a README, up to two words of each alternative: "deadlock or assertion
// missed_marker". Empty if there is none.
std::string ExpectedVerdictIn(std::string_view readme);
// The words of the line "scenario: …".
std::vector<std::string> ScenariosIn(std::string_view readme);

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_CATALOGUE_H_
