#include "sim/cli/schedule_file.h"

#include <cstdio>

#include "absl/strings/str_cat.h"

namespace weir::sim {

absl::StatusOr<ScheduleFile> OpenScheduleFile(const std::string& path, const TargetFlags& flags) {
  absl::StatusOr<Schedule> schedule = ReadSchedule(path);
  if (!schedule.ok()) return schedule.status();
  absl::StatusOr<ChosenTarget> target = ChooseTarget(flags, schedule->target);
  if (!target.ok()) {
    return absl::Status(target.status().code(),
                        absl::StrCat(path, ": ", std::string(target.status().message()),
                                     "; name the file with --target"));
  }
  return ScheduleFile{path, *std::move(schedule), *std::move(target)};
}

void WarnOfOtherBuild(const ScheduleFile& file, const TargetInfo& target) {
  if (file.schedule.build.empty() || file.schedule.build == target.build_id) return;
  std::fprintf(stderr,
               "weir: %s was made with build %.12s of %s, this is build %.12s: it may not fit\n",
               DisplayPath(file.path).c_str(), file.schedule.build.c_str(), target.name.c_str(),
               target.build_id.c_str());
}

absl::Status AboutFile(const ScheduleFile& file, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(file.path, ": ", std::string(status.message())));
}

}  // namespace weir::sim
