#include "sim/campaign/narrator.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sim/campaign/edit_text.h"
#include "sim/engine/engine.h"
#include "sim/engine/limits.h"
#include "sim/verdict/identity.h"
#include "sim/verdict/object_text.h"

namespace weir::sim {
namespace {

// Operations whose result says something beyond "done".
bool HasTellingResult(Op op) {
  switch (op) {
    case Op::kAtomicLoad:
    case Op::kAtomicExchange:
    case Op::kAtomicUpdate:
    case Op::kAtomicCompare:
    case Op::kMutexTryLock:
    case Op::kSemTryWait:
    case Op::kFutexWait:
    case Op::kFutexWake:
    case Op::kChoose:
      return true;
    default:
      return false;
  }
}

std::string ResultText(uint64_t value) {
  const auto number = static_cast<int64_t>(value);
  if (number > -10'000 && number < 1'000'000) return absl::StrCat(number);
  return absl::StrCat("0x", absl::Hex(value));
}

uint64_t SinceStart(uint64_t time_ns) {
  return time_ns >= kStartOfTimeNs ? time_ns - kStartOfTimeNs : time_ns;
}

constexpr char kAboutTo[] = "about to ";

const char* CrashText(TraceEvent::End end) {
  return end == TraceEvent::End::kRestart ? " is killed here, and starts again" : " is killed here";
}

StoryEvent MakeOutput(const TraceOutput& output, uint64_t time_ns) {
  StoryEvent told;
  told.step = output.step;
  told.time_ns = time_ns;
  told.thread = output.thread;
  told.remark = true;
  told.what =
      output.fd == kFactDescriptor
          ? absl::StrCat("observes ", output.text)
          : absl::StrCat("prints \"", std::string(absl::StripAsciiWhitespace(output.text)), "\"");
  return told;
}

bool IsKill(Op op) { return op == Op::kProcessKill || op == Op::kProcessRestart; }

// Tells a trace event by event, and each edit when it was decided.
class Narrator {
 public:
  Narrator(const Trace& trace, const Schedule& schedule, const Report& report,
           const PlaceObserver* places, Symbols* symbols)
      : trace_(trace), schedule_(schedule), report_(report), places_(places), symbols_(symbols) {}

  Story Tell();

 private:
  void NameThreads();
  void TellOutputs(uint64_t before, uint64_t time_ns);
  void TellEvent(const TraceEvent& event);
  // Of a point that came before the last one.
  void TellLateEdit(const TraceEdit& edit);
  // What an interrupted thread was about to do happens when it goes on, which is right before its
  // next event: nobody else runs in between.
  void Resume(size_t thread);
  void TellLastDeeds();
  void TellFailure();
  void NoteWaits();

  StoryEvent MakeEvent(const TraceEvent& event) const;
  // Adds what weir chose; true if it let another thread run before this one did what it was about
  // to do, and `told` says so.
  bool AddEdit(const TraceEdit& edit, StoryEvent& told) const;
  const TraceEvent* EventAt(uint64_t step) const;
  size_t ThreadNamed(const std::string& name) const;  // its index, or SIZE_MAX

  void AddActor(size_t thread);
  void FindActors();
  void FindStuckActors();

  const Trace& trace_;
  const Schedule& schedule_;
  const Report& report_;
  const PlaceObserver* const places_;
  Symbols* const symbols_;
  Story story_;
  size_t next_output_ = 0;
  size_t next_edit_ = 0;
  std::map<size_t, StoryEvent> interrupted_;  // by thread: what it was about to do
};

const TraceEvent* Narrator::EventAt(uint64_t step) const {
  if (trace_.events.empty() || step < trace_.events.front().step) return nullptr;
  const uint64_t index = step - trace_.events.front().step;
  return index < trace_.events.size() ? &trace_.events[index] : nullptr;
}

size_t Narrator::ThreadNamed(const std::string& name) const {
  const auto found = std::find(story_.threads.begin(), story_.threads.end(), name);
  return found == story_.threads.end() ? SIZE_MAX
                                       : static_cast<size_t>(found - story_.threads.begin());
}

StoryEvent Narrator::MakeEvent(const TraceEvent& event) const {
  StoryEvent told;
  told.step = event.step;
  told.time_ns = SinceStart(event.time_ns);
  told.thread = event.thread;
  told.what = OpName(event.op);
  if (event.object.space != ObjectKey::Space::kNone) {
    told.object = ObjectInFull(event.object, symbols_);
  }
  if (event.result && HasTellingResult(event.op)) told.result = ResultText(*event.result);
  if (event.op == Op::kRound) told.what = absl::StrCat("round ", event.round);
  if (event.end != TraceEvent::End::kNone) {
    told.what = absl::StrCat(kAboutTo, told.what);
    told.edit = absl::StrCat(ProcessOf(trace_.threads[event.thread].path), CrashText(event.end));
  }
  if (places_ != nullptr && symbols_ != nullptr) {
    told.place = places_->PlaceOf(event.step, *symbols_);
  }
  return told;
}

bool Narrator::AddEdit(const TraceEdit& edit, StoryEvent& told) const {
  if (edit.edit >= schedule_.edits.size()) return false;
  const Edit& chosen = schedule_.edits[edit.edit];
  absl::StrAppend(&told.edit, told.edit.empty() ? "" : "; then ", EditText(chosen, schedule_));
  const bool interrupts =
      !chosen.blocked && (chosen.choice.kind == EditChoice::Kind::kTime ||
                          (chosen.choice.kind == EditChoice::Kind::kFault &&
                           FormOf(chosen.choice.fault) == FaultForm::kPause) ||
                          (chosen.choice.kind == EditChoice::Kind::kRun &&
                           chosen.choice.thread != trace_.threads[edit.thread].path));
  if (interrupts && !told.what.starts_with(kAboutTo)) {
    told.what = absl::StrCat(kAboutTo, told.what);
    told.result.clear();
  }
  return interrupts;
}

void Narrator::Resume(size_t thread) {
  const auto found = interrupted_.find(thread);
  if (found == interrupted_.end()) return;
  story_.events.push_back(std::move(found->second));
  interrupted_.erase(found);
}

void Narrator::TellOutputs(uint64_t before, uint64_t time_ns) {
  for (; next_output_ < trace_.outputs.size(); ++next_output_) {
    const TraceOutput& output = trace_.outputs[next_output_];
    if (output.step >= before) return;
    story_.events.push_back(MakeOutput(output, time_ns));
  }
}

void Narrator::TellLateEdit(const TraceEdit& edit) {
  const auto found = interrupted_.find(edit.thread);
  const TraceEvent* const event = EventAt(edit.step);
  StoryEvent told;
  if (found != interrupted_.end()) {
    told = std::move(found->second);
    interrupted_.erase(found);
  } else if (event != nullptr) {
    told = MakeEvent(*event);
    told.what = absl::StrCat("goes on in ", told.what);
    told.result.clear();
  } else {
    return;  // its point is no longer kept
  }
  StoryEvent whole = told;
  if (AddEdit(edit, told)) interrupted_[edit.thread] = std::move(whole);
  if (!story_.events.empty()) told.time_ns = story_.events.back().time_ns;
  story_.events.push_back(std::move(told));
}

void Narrator::TellEvent(const TraceEvent& event) {
  Resume(event.thread);
  StoryEvent told = MakeEvent(event);
  const StoryEvent whole = told;
  bool own = true;
  for (; next_edit_ < trace_.edits.size(); ++next_edit_) {
    const TraceEdit& edit = trace_.edits[next_edit_];
    if (edit.after > event.step) break;
    if (edit.after < event.step) continue;  // nothing of that time is kept
    if (own && edit.step != event.step) story_.events.push_back(std::move(told));
    own = own && edit.step == event.step;
    if (!own) {
      TellLateEdit(edit);
    } else if (AddEdit(edit, told)) {
      interrupted_[event.thread] = whole;
    }
  }
  if (own) story_.events.push_back(std::move(told));
}

// Of those who were interrupted and have no further point: whether they went on at all is known
// from the result, or from how they ended.
void Narrator::TellLastDeeds() {
  for (auto& [thread, event] : interrupted_) {
    const TraceEvent* const traced = EventAt(event.step);
    const std::string& name = story_.threads[thread];
    const bool waits =
        std::any_of(report_.waiters.begin(), report_.waiters.end(),
                    [&](const Waiter& waiter) { return !waiter.runnable && waiter.name == name; });
    if (waits || name == report_.thread || (traced != nullptr && traced->result)) {
      story_.events.push_back(std::move(event));
    }
  }
  interrupted_.clear();
}

// The row of what failed: the thread's last point where that is the same place, else one of its
// own.
void Narrator::TellFailure() {
  const size_t failed = ThreadNamed(report_.thread);
  const LastRow& last = report_.last;
  if (report_.thread.empty() || failed == SIZE_MAX || last.deed.empty()) return;
  const bool is_point = report_.verdict.kind == VerdictKind::kMutexMisuse ||
                        report_.verdict.kind == VerdictKind::kDataRace;
  const bool has_row = is_point && !story_.events.empty() &&
                       story_.events.back().thread == failed &&
                       story_.events.back().place == last.place;
  if (!has_row) {
    StoryEvent told;
    told.step = trace_.events.empty() ? 0 : trace_.events.back().step;
    told.time_ns = story_.events.empty() ? 0 : story_.events.back().time_ns;
    told.thread = failed;
    told.what = last.deed;
    told.place = last.place;
    story_.events.push_back(std::move(told));
  }
  story_.events.back().note = last.note;
  story_.events.back().fails = true;
}

// Says at the last event of each thread that waits at the end that it does, and for whom.
void Narrator::NoteWaits() {
  for (const Waiter& waiter : report_.waiters) {
    if (waiter.runnable) continue;
    const auto last = std::find_if(
        story_.events.rbegin(), story_.events.rend(),
        [&](const StoryEvent& event) { return story_.threads[event.thread] == waiter.name; });
    if (last == story_.events.rend()) continue;
    last->note = "waits";
    for (const size_t other : waiter.waits_for) {
      absl::StrAppend(&last->note, last->note == "waits" ? " for " : ", ",
                      report_.waiters[other].name);
    }
  }
}

void Narrator::AddActor(size_t thread) {
  if (thread == SIZE_MAX || std::count(story_.actors.begin(), story_.actors.end(), thread)) return;
  story_.actors.push_back(thread);
}

// The circle, where there is one; else of those who wait at one place for one object one each, and
// whoever could wake them.
void Narrator::FindStuckActors() {
  const std::vector<size_t> cycle = FindCycle(report_.waiters);
  for (const size_t member : cycle) AddActor(ThreadNamed(report_.waiters[member].name));
  if (!cycle.empty()) return;
  std::set<std::tuple<Op, std::string, std::string>> waits;
  for (const Waiter& waiter : report_.waiters) {
    if (waiter.runnable || waiter.op == Op::kThreadJoin || waiter.op == Op::kProcessJoin) continue;
    if (!waits.insert({waiter.op, waiter.object, waiter.place}).second) continue;
    AddActor(ThreadNamed(waiter.name));
    for (const size_t other : waiter.waits_for) AddActor(ThreadNamed(report_.waiters[other].name));
  }
}

void Narrator::FindActors() {
  AddActor(ThreadNamed(report_.thread));
  for (const ThreadStack& stack : report_.stacks) {
    if (!stack.role.empty()) AddActor(ThreadNamed(stack.name));  // the other access of a race
  }
  if (IsStuckKind(report_.verdict.kind)) FindStuckActors();
  for (const TraceEvent& event : trace_.events) {
    if (!IsKill(event.op)) continue;
    AddActor(event.thread);
    for (size_t thread = 0; thread < trace_.threads.size(); ++thread) {
      const std::string& path = trace_.threads[thread].path;
      const std::string process = path.substr(0, path.find_first_of("#/"));
      if (PathHash(process) == event.object.owner && path.ends_with("/main")) AddActor(thread);
    }
  }
}

void Narrator::NameThreads() {
  for (const TraceThread& thread : trace_.threads) {
    story_.threads.push_back(thread.name.empty() ? thread.path : thread.name);
  }
}

Story Narrator::Tell() {
  NameThreads();
  FindActors();
  for (const TraceEvent& event : trace_.events) {
    TellOutputs(event.step, SinceStart(event.time_ns));
    TellEvent(event);
  }
  TellLastDeeds();
  TellOutputs(UINT64_MAX, story_.events.empty() ? 0 : story_.events.back().time_ns);
  NoteWaits();
  TellFailure();
  return std::move(story_);
}

}  // namespace

std::string ProcessOf(std::string_view thread_path) {
  return std::string(thread_path.substr(0, thread_path.find('/')));
}

Story MakeStory(const Trace& trace, const Schedule& schedule, const Report& report,
                const PlaceObserver* places, Symbols* symbols) {
  return Narrator(trace, schedule, report, places, symbols).Tell();
}

}  // namespace weir::sim
