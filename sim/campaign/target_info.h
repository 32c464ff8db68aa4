// A target as plain data: what a process that has not loaded it can know of it.
#ifndef WEIR_SIM_CAMPAIGN_TARGET_INFO_H_
#define WEIR_SIM_CAMPAIGN_TARGET_INFO_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/posix/loader.h"
#include "sim/schedule/parameters.h"

namespace weir::sim {

struct ScenarioInfo {
  std::string name;
  std::string summary;
  std::string expected;  // the verdict that it is to come to; empty for pass
  std::vector<ParameterSpec> parameters;
};

struct TargetInfo {
  std::string path;
  std::string name;
  std::string build_id;
  std::vector<ScenarioInfo> scenarios;
  std::vector<std::string> sometimes;         // ids of weir::Sometimes
  std::vector<std::string> unseen_libraries;  // as Target's

  // Null if there is none of that name.
  const ScenarioInfo* Find(std::string_view scenario) const;
};

TargetInfo Describe(const Target& target);

// What an unseen library means for who reads of data races, as a sentence.
std::string UnseenText(const std::string& library);

// Loads the target in a child process and describes it. The status says what is wrong with the
// target, or with the machine; Internal if the child died.
absl::StatusOr<TargetInfo> DescribeInChild(const std::string& path);

// The scenario; InvalidArgument with the known names.
absl::StatusOr<const ScenarioInfo*> FindScenario(const TargetInfo& target, std::string_view name);

// "workers=3" of a command line, checked against the scenario. InvalidArgument with what is
// allowed.
absl::StatusOr<Parameter> ParseSetting(const ScenarioInfo& scenario, std::string_view setting);
absl::StatusOr<std::vector<Parameter>> ParseSettings(const ScenarioInfo& scenario,
                                                     const std::vector<std::string>& settings);

// InvalidArgument with the known names unless there is such a strategy.
absl::Status CheckStrategy(std::string_view name);

// A name for the kinds of fault that make a machine like the one on which the seed's tests failed.
inline constexpr std::string_view kWindowsProfile = "windows";

// "crash,slow_thread" or "windows": these; "-crash,-restart": all but these. InvalidArgument with
// the known names for another.
absl::StatusOr<FaultSet> ParseFaults(std::string_view text);
// "crash,slow_thread"; ParseFaults takes it back. Empty for none.
std::string FaultsText(FaultSet faults);

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_TARGET_INFO_H_
