#include "sim/campaign/regressions.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace weir::sim {
namespace {

constexpr std::string_view kEnding = ".weir.json";

}  // namespace

std::string RegressionsOf(std::string_view target_path) {
  if (target_path.ends_with(".so")) target_path.remove_suffix(3);
  return absl::StrCat(std::string(target_path), ".regressions");
}

absl::StatusOr<std::vector<Regression>> ReadRegressions(const std::string& folder,
                                                        const std::vector<std::string>& scenarios) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<std::string> files;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().string().ends_with(kEnding)) files.push_back(at->path().string());
  }
  if (error) return absl::NotFoundError(absl::StrCat(folder, ": ", error.message()));
  std::sort(files.begin(), files.end());
  std::vector<Regression> regressions;
  for (const std::string& file : files) {
    absl::StatusOr<Schedule> schedule = ReadSchedule(file);
    if (!schedule.ok()) return schedule.status();
    if (std::find(scenarios.begin(), scenarios.end(), schedule->scenario) == scenarios.end()) {
      continue;
    }
    std::string name = fs::path(file).filename().string();
    name.resize(name.size() - kEnding.size());
    regressions.push_back({std::move(name), *std::move(schedule)});
  }
  return regressions;
}

}  // namespace weir::sim
