#include "sim/campaign/edit_text.h"

#include <cstdint>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "sim/engine/fault_choice.h"
#include "sim/view/story.h"

namespace weir::sim {
namespace {

std::string ClockText(const ClockError& error) {
  std::string text = "the clocks of the process that starts are wrong:";
  if (error.offset_ns != 0) {
    const auto distance = static_cast<uint64_t>(std::abs(error.offset_ns));
    absl::StrAppend(&text, " ", TimeText(distance), error.offset_ns > 0 ? " ahead" : " behind");
  }
  if (error.drift_ppm != 0) {
    absl::StrAppend(&text, " ", std::abs(error.drift_ppm), " ppm too ",
                    error.drift_ppm > 0 ? "fast" : "slow");
  }
  return text;
}

}  // namespace

std::string FaultText(const EditChoice& choice) {
  const bool lasts = FormOf(choice.fault) != FaultForm::kNumber;
  const std::string delay = lasts ? TimeText(DelayNs(choice.fault, choice.number)) : "";
  switch (choice.fault) {
    case FaultKind::kSlowThread:
      return absl::StrCat("stands still for ", delay);
    case FaultKind::kSlowProcess:
    case FaultKind::kStall:
      return absl::StrCat("its whole process stands still for ", delay);
    case FaultKind::kSluggishWakeup:
      return "who is woken here runs only at the next tick of 15.6 ms";
    case FaultKind::kInterruptedWait:
      return absl::StrCat("its wait ends with EINTR after ", delay);
    case FaultKind::kDelayedStore:
      return absl::StrCat("others may see this store only ", uint64_t{1} << choice.number,
                          " points later");
    case FaultKind::kWeakCompare:
      return "its next weak compare-and-exchange fails for no reason";
    case FaultKind::kClock:
      return ClockText(ClockErrorOf(choice.number));
    case FaultKind::kFailedCall:
      return absl::StrCat("the call fails, in way ", choice.number);
    case FaultKind::kDelayedWakeup:
      return absl::StrCat("who is woken here runs only ", delay, " later");
    case FaultKind::kSpuriousWakeup:
      return absl::StrCat("nobody wakes it, but it wakes up after ", delay);
    default:
      return absl::StrCat(std::string(FaultName(choice.fault)), ", in way ", choice.number);
  }
}

std::string EditText(const Edit& edit, const Schedule& schedule) {
  switch (edit.choice.kind) {
    case EditChoice::Kind::kRun:
      return absl::StrCat(std::string(DisplayName(schedule, edit.choice.thread)), " runs next");
    case EditChoice::Kind::kTime:
      return "time passes to the next timer";
    case EditChoice::Kind::kWake:
      return absl::StrCat("wakes waiter ", edit.choice.number + 1, " of the queue");
    case EditChoice::Kind::kFault:
      return FaultText(edit.choice);
    case EditChoice::Kind::kValue:
      return absl::StrCat("chooses ", edit.choice.number);
  }
  return "";
}

}  // namespace weir::sim
