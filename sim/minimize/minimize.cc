#include "sim/minimize/minimize.h"

#include <iterator>

#include "absl/status/status.h"
#include "sim/minimize/bench.h"
#include "sim/minimize/limits.h"
#include "sim/minimize/passes.h"

namespace weir::sim {
namespace {

ScheduleSize SizeOf(const Schedule& schedule) {
  return {schedule.parameters, schedule.faults.size(), schedule.edits.size(), schedule.points};
}

// All passes once, those first that make what comes after them cheap.
void RunPasses(Bench& bench) {
  for (const auto pass : {ShortenPrefix, ReduceFaults, ShrinkParameters, ShortenPrefix, ReduceEdits,
                          SlideRounds, Weaken, LowerNumbers}) {
    if (bench.Expired()) return;
    pass(bench);
    bench.Record();
  }
}

void RunUntilNothingChanges(Bench& bench) {
  MinimizeReport& report = bench.workshop().report;
  size_t effort = 0;
  while (!bench.Expired()) {
    const uint64_t before = bench.successes();
    bench.workshop().parameter_points = kParameterPoints[effort];
    ++report.rounds;
    RunPasses(bench);
    if (bench.successes() != before) continue;
    // What costs searches comes when all else has come to its end.
    if (++effort < std::size(kParameterPoints)) continue;
    TryAnotherWay(bench);
    bench.Record();
    if (bench.successes() == before) break;
    effort = 0;
  }
  report.finished = !bench.Expired();
}

}  // namespace

absl::StatusOr<Minimized> Minimize(const Schedule& failing, Executor& executor,
                                   const MinimizeOptions& options) {
  if (failing.verdict.kind == VerdictKind::kPass) {
    return absl::FailedPreconditionError("the schedule is of an execution that passed");
  }
  absl::StatusOr<std::vector<int64_t>> values =
      ResolveParameters(failing.parameters, options.parameters);
  if (!values.ok()) return values.status();
  Workshop workshop{executor, options, failing.verdict, {}, {}, {}, 1, 0};
  workshop.report.before = SizeOf(failing);
  if (absl::Status status = CheckDeterminism(workshop, failing); !status.ok()) return status;

  Schedule start = failing;
  start.verdict.signature = workshop.wanted.signature;
  Bench bench(workshop, start, /*saves=*/true);
  workshop.BeginPass("unused");
  bench.Try(start);  // for the edits that do not apply
  StartSmall(bench);
  bench.Record();
  RunUntilNothingChanges(bench);
  workshop.report.after = SizeOf(bench.recorded());
  return Minimized{bench.recorded(), std::move(workshop.report)};
}

}  // namespace weir::sim
