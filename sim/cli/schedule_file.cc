#include "sim/cli/schedule_file.h"

#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/campaign/inputs.h"
#include "sim/schedule/file.h"

namespace weir::sim {
namespace {

// Target and scenario of an input, or the whole schedule.
absl::StatusOr<ScheduleFile> ReadEither(const std::string& path) {
  const absl::StatusOr<std::string> bytes = ReadWhole(path);
  if (!bytes.ok()) return bytes.status();
  ScheduleFile file;
  file.path = path;
  if (!bytes->starts_with(kFuzzInputMagic)) {
    absl::StatusOr<Schedule> schedule = ParseSchedule(*bytes, path);
    if (!schedule.ok()) return schedule.status();
    file.schedule = *std::move(schedule);
    return file;
  }
  absl::StatusOr<FuzzInput> input = ParseFuzzInput(*bytes, path);
  if (!input.ok()) return input.status();
  file.schedule.target = input->target;
  file.schedule.scenario = input->scenario;
  file.input = *std::move(input);
  return file;
}

}  // namespace

absl::StatusOr<ScheduleFile> OpenScheduleFile(const std::string& path, const TargetFlags& flags) {
  absl::StatusOr<ScheduleFile> file = ReadEither(path);
  if (!file.ok()) return file.status();
  absl::StatusOr<ChosenTarget> target = ChooseTarget(flags, file->schedule.target);
  if (!target.ok()) {
    return absl::Status(target.status().code(),
                        absl::StrCat(path, ": ", std::string(target.status().message()),
                                     "; name the file with --target"));
  }
  file->target = *std::move(target);
  return file;
}

int RunWithFile(const ScheduleFile& file, double hang_seconds,
                const std::function<int(const ScheduleFile& file, Session& session)>& body,
                const SessionDied& died) {
  const auto in_session = [&](Session& session, SharedPage& page) {
    ScheduleFile whole = file;
    if (file.input) {
      absl::StatusOr<Schedule> schedule = ScheduleOf(session, *file.input, page);
      if (!schedule.ok()) return ExitWith(AboutFile(file, schedule.status()));
      whole.schedule = *std::move(schedule);
    }
    page.expect_hang.store(whole.schedule.verdict.kind == VerdictKind::kHang);
    return body(whole, session);
  };
  return RunWithSession(file.target.path, hang_seconds, in_session, died);
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
