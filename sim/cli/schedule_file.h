// A schedule file, or a fuzzer's input, and the target that it is for.
#ifndef WEIR_SIM_CLI_SCHEDULE_FILE_H_
#define WEIR_SIM_CLI_SCHEDULE_FILE_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "sim/cli/common.h"
#include "sim/schedule/fuzz_input.h"
#include "sim/schedule/schedule.h"

namespace weir::sim {

struct ScheduleFile {
  std::string path;
  Schedule schedule;  // of an input: target and scenario alone
  std::optional<FuzzInput> input;
  ChosenTarget target;
};

// Reads the file; the target is the one that the flags name, else the one that the schedule names.
absl::StatusOr<ScheduleFile> OpenScheduleFile(const std::string& path, const TargetFlags& flags);

// Opens a session with the target in a watched child process and runs `body` there, with the whole
// schedule also of an input; the exit status. Where the schedule hangs, its repetitions are not
// waited for as long. `died` as with RunWithSession.
int RunWithFile(const ScheduleFile& file, double hang_seconds,
                const std::function<int(const ScheduleFile& file, Session& session)>& body,
                const SessionDied& died = nullptr);

// Says on standard error when the target is another build than the schedule was made with.
void WarnOfOtherBuild(const ScheduleFile& file, const TargetInfo& target);

// `PATH: ` in front of a message about the schedule's content.
absl::Status AboutFile(const ScheduleFile& file, const absl::Status& status);

}  // namespace weir::sim

#endif  // WEIR_SIM_CLI_SCHEDULE_FILE_H_
