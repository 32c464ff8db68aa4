#include "sim/campaign/narrator.h"

#include <unwind.h>

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sim/engine/engine.h"
#include "sim/engine/limits.h"

namespace weir::sim {
namespace {

// What libgcc's unwinder hands from frame to frame.
struct Collected {
  uint64_t* addresses;
  size_t capacity;
  size_t count = 0;
};

_Unwind_Reason_Code Collect(_Unwind_Context* context, void* argument) {
  auto& collected = *static_cast<Collected*>(argument);
  const uint64_t pc = _Unwind_GetIP(context);
  if (pc >= kTargetAddress && IsFixedAddress(pc)) {
    collected.addresses[collected.count++] = pc - 1;  // the call, not what follows it
  }
  return collected.count == collected.capacity ? _URC_END_OF_STACK : _URC_NO_REASON;
}

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

const char* CrashText(TraceEvent::End end) {
  return end == TraceEvent::End::kRestart ? " is killed here, and starts again" : " is killed here";
}

StoryEvent MakeEvent(const TraceEvent& event, const TraceThread& thread, const Schedule& schedule) {
  StoryEvent told;
  told.step = event.step;
  told.time_ns = SinceStart(event.time_ns);
  told.thread = event.thread;
  told.what = OpName(event.op);
  if (event.object.space != ObjectKey::Space::kNone) told.object = ObjectName(event.object);
  if (event.result && HasTellingResult(event.op)) told.result = ResultText(*event.result);
  if (event.op == Op::kRound) told.what = absl::StrCat("round ", event.round);
  if (event.edit && *event.edit < schedule.edits.size()) {
    told.edit = EditText(schedule.edits[*event.edit], schedule);
  }
  if (event.end != TraceEvent::End::kNone) {
    told.what = absl::StrCat("about to ", told.what);
    told.edit = absl::StrCat(ProcessOf(thread.path), CrashText(event.end));
  }
  return told;
}

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

namespace {

// True if weir let another thread run here, before this one did what it was about to do.
bool IsInterruption(const TraceEvent& event, const Trace& trace, const Schedule& schedule) {
  if (!event.edit || *event.edit >= schedule.edits.size()) return false;
  const Edit& edit = schedule.edits[*event.edit];
  if (edit.blocked) return false;
  return edit.choice.kind == EditChoice::Kind::kTime ||
         (edit.choice.kind == EditChoice::Kind::kFault &&
          FormOf(edit.choice.fault) == FaultForm::kPause) ||
         (edit.choice.kind == EditChoice::Kind::kRun &&
          edit.choice.thread != trace.threads[event.thread].path);
}

StoryEvent MakeOutput(const TraceOutput& output, uint64_t time_ns) {
  StoryEvent told;
  told.step = output.step;
  told.time_ns = time_ns;
  told.thread = output.thread;
  told.what =
      output.fd == kFactDescriptor
          ? absl::StrCat("observes ", output.text)
          : absl::StrCat("prints \"", std::string(absl::StripAsciiWhitespace(output.text)), "\"");
  return told;
}

// Says at the last event of a thread that waits at the end that it does, and for whom.
void NoteWait(const Waiter& waiter, const std::vector<Waiter>& all, Story& story) {
  const auto last = std::find_if(
      story.events.rbegin(), story.events.rend(),
      [&](const StoryEvent& event) { return story.threads[event.thread] == waiter.name; });
  if (last == story.events.rend()) return;
  last->note = "waits";
  for (const size_t other : waiter.waits_for) {
    absl::StrAppend(&last->note, last->note == "waits" ? " for " : ", ", all[other].name);
  }
}

}  // namespace

void PlaceObserver::OnPoint(const PointEvent& event) {
  if (entries_.size() == most_) entries_.pop_front();
  Entry& entry = entries_.emplace_back();
  entry.step = event.step;
  Collected collected{entry.addresses.data(), kAddresses};
  _Unwind_Backtrace(Collect, &collected);
}

std::string PlaceObserver::PlaceOf(uint64_t step, Symbols& symbols) const {
  const Frame* const frame = FrameAt(step, symbols);
  return frame == nullptr ? "" : ShortPlace(*frame);
}

const Frame* PlaceObserver::FrameAt(uint64_t step, Symbols& symbols) const {
  const auto entry =
      std::lower_bound(entries_.begin(), entries_.end(), step,
                       [](const Entry& one, uint64_t wanted) { return one.step < wanted; });
  if (entry == entries_.end() || entry->step != step) return nullptr;
  for (const uint64_t address : entry->addresses) {
    if (address == 0) break;
    if (const Frame* frame = UserFrame(symbols.At(address))) return frame;
  }
  return nullptr;
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

std::string ProcessOf(std::string_view thread_path) {
  return std::string(thread_path.substr(0, thread_path.find('/')));
}

Story MakeStory(const Trace& trace, const Schedule& schedule, const Report& report,
                const PlaceObserver* places, Symbols* symbols) {
  Story story;
  for (const TraceThread& thread : trace.threads) {
    if (!report.thread.empty() && thread.name == report.thread) {
      story.failed_thread = story.threads.size();
    }
    story.threads.push_back(thread.name.empty() ? thread.path : thread.name);
  }
  auto output = trace.outputs.begin();
  // What an interrupted thread was about to do happens when it goes on, which is right before its
  // next event: nobody else runs in between.
  std::map<size_t, StoryEvent> interrupted;
  const auto resume = [&](size_t thread) {
    const auto found = interrupted.find(thread);
    if (found == interrupted.end()) return;
    story.events.push_back(std::move(found->second));
    interrupted.erase(found);
  };
  for (const TraceEvent& event : trace.events) {
    while (output != trace.outputs.end() && output->step < event.step) {
      story.events.push_back(MakeOutput(*output++, SinceStart(event.time_ns)));
    }
    resume(event.thread);
    StoryEvent told = MakeEvent(event, trace.threads[event.thread], schedule);
    if (places != nullptr && symbols != nullptr) told.place = places->PlaceOf(event.step, *symbols);
    if (IsInterruption(event, trace, schedule)) {
      StoryEvent later = told;
      later.edit.clear();
      if (event.result || event.thread == story.failed_thread) interrupted[event.thread] = later;
      told.what = absl::StrCat("about to ", told.what);
      told.result.clear();
    }
    story.events.push_back(std::move(told));
  }
  while (!interrupted.empty()) resume(interrupted.begin()->first);
  const uint64_t end_ns = story.events.empty() ? 0 : story.events.back().time_ns;
  for (; output != trace.outputs.end(); ++output) {
    story.events.push_back(MakeOutput(*output, end_ns));
  }
  for (const Waiter& waiter : report.waiters) {
    if (!waiter.runnable) NoteWait(waiter, report.waiters, story);
  }
  return story;
}

}  // namespace weir::sim
