#include "sim/schedule/schedule.h"

namespace weir::sim {

std::string_view DisplayName(const Schedule& schedule, std::string_view path) {
  for (const auto& [known, name] : schedule.thread_names) {
    if (known == path) return name;
  }
  return path;
}

FaultSet FaultsOf(const Schedule& schedule) {
  FaultSet faults = FaultSet::None();
  for (const Fault& fault : schedule.faults) {
    faults.Insert(fault.kind == Fault::Kind::kRestart ? FaultKind::kRestart : FaultKind::kCrash);
  }
  for (const Edit& edit : schedule.edits) {
    if (edit.choice.kind == EditChoice::Kind::kTime) faults.Insert(FaultKind::kTimeout);
    if (edit.choice.kind == EditChoice::Kind::kFault) faults.Insert(edit.choice.fault);
  }
  return faults;
}

}  // namespace weir::sim
