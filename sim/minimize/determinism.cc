#include "absl/strings/str_cat.h"
#include "sim/minimize/passes.h"

namespace weir::sim {
namespace {

std::string Described(VerdictKind kind, const std::string& signature) {
  return absl::StrCat(std::string(VerdictName(kind)), signature.empty() ? "" : " ", signature);
}

}  // namespace

absl::Status CheckDeterminism(Workshop& workshop, const Schedule& schedule) {
  workshop.BeginPass("determinism");
  const Outcome first = workshop.executor.Run(schedule);
  const Outcome second = workshop.executor.Run(schedule);
  workshop.report.tries += 2;
  workshop.pass().tries += 2;
  if (first.fingerprint != second.fingerprint || first.points != second.points) {
    return absl::AbortedError(
        absl::StrCat("two runs of the schedule differ (fingerprint ",
                     absl::Hex(first.fingerprint, absl::kZeroPad16), " after ", first.points,
                     " points, then ", absl::Hex(second.fingerprint, absl::kZeroPad16), " after ",
                     second.points, "): what is not deterministic can not be minimised"));
  }
  workshop.Recognise(first);
  if (!workshop.FailsAlike(first)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the schedule does not fail as recorded: expected ",
                     Described(workshop.wanted.kind, workshop.wanted.signature), ", got ",
                     Described(first.verdict, first.signature)));
  }
  return absl::OkStatus();
}

}  // namespace weir::sim
