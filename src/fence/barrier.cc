#include "fence/barrier.h"

#include "absl/strings/str_cat.h"

namespace fence {

Phases UniformPhases(Mode mode, Phase state) {
  Phases phases;
  phases.rendezvous = state;
  if (mode != Mode::kRendezvous) phases.delivery = state;
  if (mode == Mode::kProcessing) phases.processing = state;
  return phases;
}

const char* ToString(Mode mode) {
  switch (mode) {
    case Mode::kRendezvous:
      return "rendezvous";
    case Mode::kDelivery:
      return "delivery";
    case Mode::kProcessing:
      return "processing";
  }
  return "unknown mode";
}

const char* ToString(Phase phase) {
  switch (phase) {
    case Phase::kNotRequested:
      return "not requested";
    case Phase::kSatisfied:
      return "satisfied";
    case Phase::kDowngraded:
      return "downgraded";
    case Phase::kFailed:
      return "failed";
  }
  return "unknown phase";
}

absl::Status ToStatus(Reason reason, const std::string& name) {
  const std::string where = absl::StrCat("barrier \"", name, "\": ");
  switch (reason) {
    case Reason::kNone:
      return absl::OkStatus();
    case Reason::kTimeout:
      return absl::DeadlineExceededError(absl::StrCat(where, "the deadline passed"));
    case Reason::kModeMismatch:
      return absl::FailedPreconditionError(
          absl::StrCat(where, "the round in progress has another mode"));
    case Reason::kLeft:
      return absl::CancelledError(absl::StrCat(where, kHasLeft));
    case Reason::kStopped:
      return absl::UnavailableError(absl::StrCat(where, "the coordinator has stopped"));
  }
  return absl::InternalError(absl::StrCat(where, "unknown reason ", static_cast<int>(reason)));
}

}  // namespace fence
