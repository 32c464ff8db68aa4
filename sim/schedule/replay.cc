#include "sim/schedule/replay.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/engine/fault_choice.h"
#include "sim/engine/object.h"

namespace weir::sim {
namespace {

constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

Draw SortOf(const Edit& edit) {
  switch (edit.choice.kind) {
    case EditChoice::Kind::kWake:
      return Draw::kWake;
    case EditChoice::Kind::kValue:
      return Draw::kValue;
    case EditChoice::Kind::kFault:
      return FormOf(edit.choice.fault) == FaultForm::kPause ? Draw::kRun
                                                            : DrawOf(edit.choice.fault);
    default:
      return edit.blocked ? Draw::kRunBlocked : Draw::kRun;
  }
}

std::string Described(const Schedule& schedule, const Edit& edit) {
  return absl::StrCat(std::string(OpName(edit.op)), " on ", edit.object, " by ",
                      std::string(DisplayName(schedule, edit.thread)));
}

std::string DescribedChoice(const Schedule& schedule, const EditChoice& choice) {
  switch (choice.kind) {
    case EditChoice::Kind::kRun:
      return absl::StrCat("run ", std::string(DisplayName(schedule, choice.thread)));
    case EditChoice::Kind::kTime:
      return "let time pass";
    case EditChoice::Kind::kWake:
      return absl::StrCat("wake waiter ", choice.number);
    case EditChoice::Kind::kFault:
      return absl::StrCat(std::string(FaultName(choice.fault)), " ", choice.number);
    case EditChoice::Kind::kValue:
      break;
  }
  return absl::StrCat("value ", choice.number);
}

}  // namespace

absl::StatusOr<Replay> Replay::Of(const Schedule& schedule, Names names, ReplayMode mode) {
  Replay replay(schedule, std::move(names), mode);
  if (absl::Status status = replay.PrepareEdits(); !status.ok()) return status;
  replay.BuildTable();
  return replay;
}

Replay::Replay(const Schedule& schedule, Names names, ReplayMode mode)
    : schedule_(schedule), names_(std::move(names)), mode_(mode) {
  for (const Fault& fault : schedule_.faults) fault_processes_.push_back(PathHash(fault.process));
}

absl::Status Replay::PrepareEdits() {
  for (size_t i = 0; i < schedule_.edits.size(); ++i) {
    const Edit& edit = schedule_.edits[i];
    const absl::StatusOr<ObjectKey> object = ParseObject(edit.object);
    if (!object.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("edits[", i, "].object: ", std::string(object.status().message())));
    }
    prepared_.push_back({.key = KeyHash(PathHash(edit.thread), edit.op, *object, edit.round),
                         .nth = edit.nth,
                         .repeat = edit.repeat,
                         .draw = edit.draw,
                         .sort = SortOf(edit),
                         .kind = edit.choice.kind,
                         .number = edit.choice.number,
                         .fault = edit.choice.fault,
                         .runs = PathHash(edit.choice.thread),
                         .index = static_cast<uint32_t>(i)});
  }
  std::sort(prepared_.begin(), prepared_.end(), [](const Prepared& a, const Prepared& b) {
    return std::tie(a.key, a.nth, a.index) < std::tie(b.key, b.nth, b.index);
  });
  if (mode_ == ReplayMode::kLenient) return absl::OkStatus();
  for (uint32_t i = 0; i < prepared_.size(); ++i) {
    if (schedule_.edits[prepared_[i].index].point != 0) by_point_.push_back(i);
  }
  std::sort(by_point_.begin(), by_point_.end(), [this](uint32_t a, uint32_t b) {
    const auto place = [this](uint32_t i) {
      return std::pair(schedule_.edits[prepared_[i].index].point, i);
    };
    return place(a) < place(b);
  });
  return absl::OkStatus();
}

// At most a quarter full, so that the usual probe, one that finds nothing, looks at one place.
void Replay::BuildTable() {
  table_.assign(std::bit_ceil(std::max<size_t>(prepared_.size() * 4, 16)), Group());
  mask_ = table_.size() - 1;
  for (uint32_t i = 0; i < prepared_.size(); ++i) {
    const uint64_t key = prepared_[i].key;
    size_t place = key & mask_;
    while (table_[place].count != 0 && table_[place].key != key) place = (place + 1) & mask_;
    Group& group = table_[place];
    if (group.count++ == 0) group.key = key, group.first = i;
  }
}

Replay::Group* Replay::Find(uint64_t key) {
  for (size_t place = key & mask_;; place = (place + 1) & mask_) {
    Group& group = table_[place];
    if (group.count == 0) return nullptr;
    if (group.key == key) return &group;
  }
}

void Replay::Begin(const Execution&, Random) {
  for (Group& group : table_) group.seen = {};
  standings_.fill(Standing());
  processes_.Clear();
  edit_used_.assign(schedule_.edits.size(), false);
  fault_used_.assign(schedule_.faults.size(), false);
  next_by_point_ = 0;
  next_checkpoint_ = 0;
  divergence_.clear();
  misfit_.reset();
  SetNextWatch();
}

void Replay::OnPoint(const PointEvent& event) {
  if (!schedule_.faults.empty()) processes_.Note(event);
  const uint64_t key = KeyHash(event.thread_path, event.op, event.key, event.round);
  Standing& at = standings_[event.thread];
  Group* const group = Find(key);
  at.group = group;
  if (group != nullptr) {
    at.nth = group->seen.Next(event.repeat);
    at.repeat = event.repeat;
    at.draws = {};
  }
  if (event.step >= next_watch_) [[unlikely]]
    Watch(event, key, group == nullptr ? 0 : at.nth);
}

Choice Replay::Choose(const Point& point) {
  if (point.kind == DecisionKind::kFault) return ChooseFault(point);
  Standing& at = standings_[point.thread];
  if (at.group == nullptr) [[likely]]
    return point.fallback;
  const Draw sort = DrawOf(point);
  const uint32_t draw = at.draws.Next(sort);
  const Prepared* const end = prepared_.data() + at.group->first + at.group->count;
  const Prepared* edit =
      std::lower_bound(end - at.group->count, end, at.nth,
                       [](const Prepared& candidate, uint64_t nth) { return candidate.nth < nth; });
  for (; edit != end && edit->nth == at.nth; ++edit) {
    if (edit->sort != sort || edit->draw != draw || edit->repeat != at.repeat) continue;
    if (edit_used_[edit->index]) continue;
    if (const std::optional<Choice> choice = Fit(*edit, point)) {
      edit_used_[edit->index] = true;
      return *choice;
    }
    Misfit(edit->index, point.step);
  }
  return point.fallback;
}

Choice Replay::ChooseFault(const Point& point) {
  const FaultPlace place = processes_.Draw(point);
  for (size_t i = 0; i < schedule_.faults.size(); ++i) {
    const Fault& fault = schedule_.faults[i];
    if (fault_processes_[i] != place.process || fault.incarnation != place.incarnation) continue;
    fault_used_[i] = true;
    return FaultChoice(fault.op, fault.kind == Fault::Kind::kRestart);
  }
  return kNoFault;
}

std::optional<Choice> Replay::Fit(const Prepared& edit, const Point& point) const {
  if (edit.kind == EditChoice::Kind::kTime) {
    return point.timer_pending ? std::optional<Choice>(kAdvanceTime) : std::nullopt;
  }
  if (edit.kind == EditChoice::Kind::kFault && point.kind == DecisionKind::kRun) {
    const Choice pause = PauseChoice(edit.fault, edit.number);
    return IsOffered(point, pause) ? std::optional<Choice>(pause) : std::nullopt;
  }
  if (edit.kind != EditChoice::Kind::kRun) {
    return IsOffered(point, edit.number) ? std::optional<Choice>(edit.number) : std::nullopt;
  }
  for (int i = 0; i < point.runnable->count(); ++i) {
    const ThreadSlot slot = point.runnable->Nth(i);
    if (names_.thread_path_hash(slot) == edit.runs) return slot;
  }
  return std::nullopt;
}

void Replay::SetNextWatch() {
  next_watch_ = kNever;
  if (mode_ == ReplayMode::kLenient) return;
  if (next_by_point_ < by_point_.size()) {
    next_watch_ = schedule_.edits[prepared_[by_point_[next_by_point_]].index].point;
  }
  if (const size_t count = schedule_.checkpoints.size(); next_checkpoint_ < count) {
    next_watch_ = std::min(next_watch_, CheckpointStep(schedule_.points, count, next_checkpoint_));
  }
}

void Replay::Watch(const PointEvent& event, uint64_t key, uint64_t nth) {
  WatchEdits(event, key, nth);
  const size_t count = schedule_.checkpoints.size();
  if (next_checkpoint_ < count &&
      CheckpointStep(schedule_.points, count, next_checkpoint_) == event.step) {
    const size_t checkpoint = next_checkpoint_++;
    if (event.fingerprint != schedule_.checkpoints[checkpoint] && divergence_.empty() && !misfit_) {
      const uint64_t before =
          checkpoint == 0 ? 0 : CheckpointStep(schedule_.points, count, checkpoint - 1);
      divergence_ =
          absl::StrCat("diverged between points ", before, " and ", event.step,
                       ": the checkpoint there differs; now ", std::string(OpName(event.op)),
                       " on ", names_.object(event.key), " by ", names_.thread_name(event.thread));
    }
  }
  SetNextWatch();
}

// Compares with what was recorded at this step, for the steps whose operation an edit tells.
void Replay::WatchEdits(const PointEvent& event, uint64_t key, uint64_t nth) {
  for (; next_by_point_ < by_point_.size(); ++next_by_point_) {
    const Prepared& recorded = prepared_[by_point_[next_by_point_]];
    const Edit& edit = schedule_.edits[recorded.index];
    if (edit.point > event.step) return;
    const bool same = edit.point < event.step || (recorded.key == key && recorded.nth == nth &&
                                                  recorded.repeat == event.repeat);
    if (same || !divergence_.empty() || misfit_) continue;
    divergence_ =
        absl::StrCat("diverged at point ", event.step, ": recorded ", Described(schedule_, edit),
                     ", now ", std::string(OpName(event.op)), " on ", names_.object(event.key),
                     " by ", names_.thread_name(event.thread));
    if (recorded.key == key) absl::StrAppend(&divergence_, " for another time");
  }
}

void Replay::Misfit(uint32_t edit, uint64_t step) {
  if (mode_ == ReplayMode::kLenient || !divergence_.empty() || misfit_) return;
  misfit_ = edit;
  misfit_step_ = step;
}

absl::Status Replay::Check(uint64_t points, uint64_t fingerprint) const {
  if (mode_ == ReplayMode::kLenient) return absl::OkStatus();
  if (!divergence_.empty()) return absl::AbortedError(divergence_);
  if (misfit_) {
    const Edit& edit = schedule_.edits[*misfit_];
    return absl::AbortedError(absl::StrCat(
        "diverged at point ", misfit_step_, ": at ", Described(schedule_, edit), " recorded ",
        DescribedChoice(schedule_, edit.choice), ", which is not possible now"));
  }
  if (const std::vector<size_t> unused = UnusedEdits(); !unused.empty()) {
    return absl::AbortedError(absl::StrCat("diverged: edits[", unused[0], "], ",
                                           Described(schedule_, schedule_.edits[unused[0]]),
                                           ", was never reached"));
  }
  if (const std::vector<size_t> unused = UnusedFaults(); !unused.empty()) {
    return absl::AbortedError(absl::StrCat("diverged: faults[", unused[0], "], of ",
                                           schedule_.faults[unused[0]].process,
                                           ", was never reached"));
  }
  if (points != schedule_.points || fingerprint != schedule_.fingerprint) {
    return absl::AbortedError(
        absl::StrCat("diverged: recorded ", schedule_.points, " points and fingerprint ",
                     absl::Hex(schedule_.fingerprint, absl::kZeroPad16), ", now ", points, " and ",
                     absl::Hex(fingerprint, absl::kZeroPad16)));
  }
  return absl::OkStatus();
}

std::vector<size_t> Replay::Unset(const std::vector<bool>& used) {
  std::vector<size_t> unset;
  for (size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) unset.push_back(i);
  }
  return unset;
}

}  // namespace weir::sim
