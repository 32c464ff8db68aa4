// An execution repeated from a file: `weir replay FILE` and `weir gtest --weir_replay=FILE`.
#ifndef WEIR_SIM_CLI_REPLAY_H_
#define WEIR_SIM_CLI_REPLAY_H_

#include "sim/cli/run.h"
#include "sim/cli/schedule_file.h"

namespace weir::sim {

struct ReplayOptions {
  RunOnceOptions run;  // its `scenario` is what was given: a file, or a scenario with --seed
  bool lenient = false;
};

// Repeats it, and tells what came of it. The exit status.
int ReplayFile(const ReplayOptions& options, const ScheduleFile& file);

}  // namespace weir::sim

#endif  // WEIR_SIM_CLI_REPLAY_H_
