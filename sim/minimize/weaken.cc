#include <optional>

#include "sim/engine/fault.h"
#include "sim/minimize/passes.h"

namespace weir::sim {
namespace {

// What happens less of, in place of a fault of this kind.
std::optional<FaultKind> Weaker(FaultKind kind) {
  switch (kind) {
    case FaultKind::kStall:
      return FaultKind::kSlowProcess;
    case FaultKind::kSlowProcess:
      return FaultKind::kSlowThread;
    default:
      return std::nullopt;
  }
}

void WeakenEdit(Bench& bench, size_t i) {
  for (;;) {
    if (i >= bench.best().edits.size()) return;
    const EditChoice& choice = bench.best().edits[i].choice;
    if (choice.kind != EditChoice::Kind::kFault) return;
    const std::optional<FaultKind> weaker = Weaker(choice.fault);
    if (!weaker) return;
    Schedule candidate = bench.best();
    candidate.edits[i].choice.fault = *weaker;
    // A stall is longer than any slowness.
    if (choice.fault == FaultKind::kStall) candidate.edits[i].choice.number = kDelays;
    if (bench.Expired() || !bench.Try(std::move(candidate))) return;
  }
}

}  // namespace

void Weaken(Bench& bench) {
  bench.workshop().BeginPass("weaken");
  for (size_t i = 0; i < bench.best().faults.size() && !bench.Expired(); ++i) {
    if (bench.best().faults[i].kind != Fault::Kind::kRestart) continue;
    Schedule candidate = bench.best();
    candidate.faults[i].kind = Fault::Kind::kCrash;
    bench.Try(std::move(candidate));
  }
  for (size_t i = 0; i < bench.best().edits.size() && !bench.Expired(); ++i) WeakenEdit(bench, i);
}

}  // namespace weir::sim
