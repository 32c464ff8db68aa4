#include "sim/schedule/recorder.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "sim/engine/fault_choice.h"

namespace weir::sim {
namespace {

constexpr std::string_view kProcessPrefix = "process:";

// Without the " (symbol)" that a name may end in.
std::string WrittenForm(std::string name) {
  if (const size_t symbol = name.find(" ("); symbol != std::string::npos) name.resize(symbol);
  return name;
}

EditChoice ChoiceOf(const Point& point, Choice choice, const Names& names) {
  switch (point.kind) {
    case DecisionKind::kWake:
      return {EditChoice::Kind::kWake, "", choice};
    case DecisionKind::kValue:
      return {EditChoice::Kind::kValue, "", choice};
    case DecisionKind::kInject:
      return {EditChoice::Kind::kFault, "", choice, point.fault};
    default:
      if (choice == kAdvanceTime) return {EditChoice::Kind::kTime, "", 0};
      if (IsPause(choice))
        return {EditChoice::Kind::kFault, "", DelayOf(choice), PauseKind(choice)};
      return {EditChoice::Kind::kRun, names.thread_path(static_cast<ThreadSlot>(choice)), 0};
  }
}

}  // namespace

Recorder::Recorder(Names names, RecorderOptions options)
    : names_(std::move(names)), options_(options) {
  options_.checkpoints = std::min(options_.checkpoints, options_.total_points);
}

void Recorder::OnPoint(const PointEvent& event) {
  points_ = event.step;
  processes_.Note(event);
  Standing& at = standings_[event.thread];
  if (at.event.thread_path != event.thread_path) {
    at.thread = static_cast<uint32_t>(trace_.threads.size());
    trace_.threads.push_back({names_.thread_path(event.thread), names_.thread_name(event.thread)});
  }
  at.event = event;
  at.draws = {};
  at.nth = counts_[KeyHash(event.thread_path, event.op, event.key, event.round)].Next(event.repeat);

  const size_t next = checkpoints_.size();
  if (next < options_.checkpoints &&
      event.step == CheckpointStep(options_.total_points, options_.checkpoints, next)) {
    checkpoints_.push_back(event.fingerprint);
  }
  if (options_.trace_events > 0) AppendEvent(at);
}

void Recorder::AppendEvent(Standing& at) {
  const PointEvent& event = at.event;
  at.event_number = trace_.dropped + trace_.events.size();
  trace_.events.push_back({event.step, event.time_ns, event.round, at.thread, event.op,
                           event.repeat, event.key, event.object, std::nullopt});
  if (trace_.events.size() > options_.trace_events) {
    trace_.events.pop_front();
    ++trace_.dropped;
  }
}

TraceEvent* Recorder::EventOf(const Standing& at) {
  if (options_.trace_events == 0 || at.event.step == 0 || at.event_number < trace_.dropped) {
    return nullptr;
  }
  return &trace_.events[at.event_number - trace_.dropped];
}

void Recorder::OnDecision(const Point& point, Choice choice) {
  if (point.kind == DecisionKind::kFault) {
    RecordFault(point, choice);
    return;
  }
  Standing& at = standings_[point.thread];
  const Draw sort = DrawOf(point);
  const uint32_t draw = at.draws.Next(sort);
  // Before its first point a thread has no place that an edit could name; the engine draws nothing
  // there.
  if (choice == point.fallback || at.event.step == 0) return;
  if (edits_.size() == kMostEdits) {
    whole_ = false;
    return;
  }
  const PointEvent& event = at.event;
  edits_.push_back({.thread = trace_.threads[at.thread].path,
                    .op = event.op,
                    .object = WrittenForm(names_.object(event.key)),
                    .nth = at.nth,
                    .round = event.round,
                    .repeat = event.repeat,
                    .blocked = sort == Draw::kRunBlocked,
                    .draw = draw,
                    .choice = ChoiceOf(point, choice, names_),
                    .point = event.step});
  if (options_.trace_events == 0) return;
  trace_.edits.push_back(
      {static_cast<uint32_t>(edits_.size() - 1), at.thread, event.step, points_});
}

void Recorder::RecordFault(const Point& point, Choice choice) {
  const FaultPlace place = processes_.Draw(point);
  if (choice == kNoFault) return;
  std::string process = names_.object({ObjectKey::Space::kProcess, place.process, 0, 0});
  if (process.starts_with(kProcessPrefix)) process.erase(0, kProcessPrefix.size());
  const std::string life = place.incarnation == 0 ? "" : absl::StrCat("#", place.incarnation);
  faults_.push_back({.kind = FaultRestarts(choice) ? Fault::Kind::kRestart : Fault::Kind::kCrash,
                     .process = process,
                     .incarnation = place.incarnation,
                     .thread = absl::StrCat(process, life, "/main"),
                     .op = FaultOp(choice)});
}

void Recorder::OnCrash(ThreadSlot thread, bool restarts) {
  if (TraceEvent* const event = EventOf(standings_[thread])) {
    event->end = restarts ? TraceEvent::End::kRestart : TraceEvent::End::kCrash;
  }
}

void Recorder::OnResult(ThreadSlot thread, uint64_t value) {
  if (TraceEvent* event = EventOf(standings_[thread])) event->result = value;
}

void Recorder::OnOutput(ThreadSlot thread, int fd, std::string_view text) {
  if (options_.trace_events == 0) return;
  trace_.outputs.push_back({points_, standings_[thread].thread, fd, std::string(text)});
}

void Recorder::OnFact(ThreadSlot thread, std::string_view key, int64_t value) {
  if (options_.trace_events == 0) return;
  trace_.outputs.push_back({points_, standings_[thread].thread, kFactDescriptor,
                            absl::StrCat(std::string(key), " = ", value)});
}

void Recorder::Finish() {
  // A thread gets its name after its first points.
  for (size_t slot = 0; slot < standings_.size(); ++slot) {
    const Standing& at = standings_[slot];
    const auto thread = static_cast<ThreadSlot>(slot);
    if (at.event.step == 0 || names_.thread_path_hash(thread) != at.event.thread_path) continue;
    trace_.threads[at.thread].name = names_.thread_name(thread);
  }
}

void Recorder::FillIn(Schedule& schedule) {
  Finish();
  schedule.edits = edits_;
  schedule.faults = faults_;
  schedule.checkpoints = checkpoints_;
  schedule.points = points_;
  absl::flat_hash_set<std::string> mentioned = {schedule.verdict.thread};
  for (const Fault& fault : faults_) mentioned.insert(fault.thread);
  for (const Edit& edit : edits_) {
    mentioned.insert(edit.thread);
    mentioned.insert(edit.choice.thread);
  }
  schedule.thread_names.clear();
  for (const TraceThread& thread : trace_.threads) {
    if (thread.name == thread.path || !mentioned.contains(thread.path)) continue;
    schedule.thread_names.emplace_back(thread.path, thread.name);
  }
}

}  // namespace weir::sim
