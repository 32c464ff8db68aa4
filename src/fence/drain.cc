#include "fence/drain.h"

#include "absl/strings/str_cat.h"

namespace fence {

Observed Observe(const Cell& cell) {
  Observed observed;
  observed.state = cell.state.load(std::memory_order_seq_cst);
  if (observed.state != ReaderState::kStopping && !IsReading(observed.state)) return observed;
  observed.progress = {cell.epoch, cell.sequence.load(std::memory_order_seq_cst)};
  return observed;
}

bool Arm(Target* target, const Observed& observed) {
  if (target->armed) return true;
  if (observed.state != ReaderState::kNormal) return false;
  const std::optional<int64_t> delta = Distance(observed.progress, target->stamp);
  if (!delta.has_value()) return false;
  target->baseline = observed.progress.sequence;
  target->delta = *delta;
  target->armed = true;
  return true;
}

bool Met(const Target& target, const Observed& observed) {
  if (!target.armed || observed.progress.epoch != target.stamp.epoch) return false;
  return SequenceDistance(target.baseline, observed.progress.sequence) >= target.delta;
}

std::string ToString(const Target& target, const Observed& observed) {
  const std::string who =
      absl::StrCat("incarnation ", target.observer, " of ", target.sender, "'s messages: ");
  if (!target.armed) return absl::StrCat(who, "not reading yet, stamp ", ToString(target.stamp));
  const int64_t handled = SequenceDistance(target.baseline, observed.progress.sequence);
  return absl::StrCat(who, handled, " of ", target.delta, " handled since baseline ",
                      target.baseline);
}

}  // namespace fence
