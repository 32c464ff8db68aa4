#include "sim/campaign/explain.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "sim/campaign/edit_text.h"
#include "sim/engine/engine.h"
#include "sim/verdict/object_text.h"
#include "sim/weir.h"

namespace weir::sim {
namespace {

std::string FolderOf(const std::string& file) {
  return std::filesystem::path(file).parent_path().string();
}

// The folder of the file in which the scenario's body is; empty when unknown, or for a program,
// which has no scenario beside itself.
std::string ScenarioFolder(Session& session, const std::string& name, Symbols& symbols) {
  const WeirScenario* const scenario = session.Find(name);
  if (scenario == nullptr || name == "main") return "";
  for (const Frame& frame : symbols.At(reinterpret_cast<uint64_t>(scenario->body))) {
    if (!frame.file.empty()) return FolderOf(frame.file);
  }
  return "";
}

Owner OwnerOf(const Frame* frame, const std::string& folder) {
  if (frame == nullptr || frame->file.empty() || folder.empty()) return Owner::kUnknown;
  return FolderOf(frame->file) == folder ? Owner::kScenario : Owner::kTested;
}

bool IsAccess(Op op) {
  return op == Op::kAtomicLoad || op == Op::kAtomicStore || op == Op::kAtomicExchange ||
         op == Op::kAtomicUpdate || op == Op::kAtomicCompare;
}

// What is known of one object.
struct Touched {
  bool by_tested_code = false;
  std::set<uint32_t> threads;
  std::set<uint32_t> writers;
  std::set<std::string> accesses;
};

std::vector<SharedState> FindShared(const Trace& trace, const PlaceObserver& places,
                                    Symbols& symbols, const std::string& folder,
                                    const std::string& failed_thread) {
  std::map<const void*, Touched> objects;
  std::map<const void*, ObjectKey> keys;
  for (const TraceEvent& event : trace.events) {
    if (!IsAccess(event.op)) continue;
    const Frame* const frame = places.FrameAt(event.step, symbols);
    Touched& touched = objects[event.address];
    keys[event.address] = event.object;
    if (OwnerOf(frame, folder) != Owner::kScenario) {
      touched.by_tested_code = true;
      continue;
    }
    const bool writes = event.op != Op::kAtomicLoad;
    touched.threads.insert(event.thread);
    if (writes) touched.writers.insert(event.thread);
    touched.accesses.insert(absl::StrCat(trace.threads[event.thread].name,
                                         writes ? " writes it at " : " reads it at ",
                                         ShortPlace(*frame)));
  }
  std::vector<SharedState> shared;
  for (const auto& [address, touched] : objects) {
    if (touched.by_tested_code || touched.threads.size() < 2 || touched.writers.empty()) continue;
    SharedState state{ObjectText(keys[address], &symbols), {}, false};
    state.accesses.assign(touched.accesses.begin(), touched.accesses.end());
    for (const uint32_t thread : touched.threads)
      state.read_by_failed |= trace.threads[thread].name == failed_thread;
    shared.push_back(std::move(state));
  }
  return shared;
}

Hinge MakeHinge(const Edit& edit, const Schedule& schedule, const Symbols* symbols) {
  Hinge hinge;
  hinge.thread = DisplayName(schedule, edit.thread);
  hinge.at = std::string(OpName(edit.op));
  if (edit.object != "-") absl::StrAppend(&hinge.at, " on ", ObjectText(edit.object, symbols));
  hinge.choice = EditText(edit, schedule);
  return hinge;
}

Hinge MakeHinge(const Fault& fault) {
  const std::string life = fault.incarnation == 0 ? "" : absl::StrCat("#", fault.incarnation);
  Hinge hinge;
  hinge.thread = absl::StrCat(fault.process, life);
  hinge.at = absl::StrCat("its operation ", fault.op);
  hinge.choice =
      fault.kind == Fault::Kind::kRestart ? "it is killed, and starts again" : "it is killed";
  return hinge;
}

// At which point each hinge is; 0 where the trace does not have it. The first `edits` hinges are of
// the edits, then those of the faults come.
std::vector<uint64_t> StepsOf(const std::vector<Hinge>& hinges, size_t edits, const Trace& trace) {
  std::vector<uint64_t> steps(hinges.size(), 0);
  for (const TraceEdit& edit : trace.edits) {
    if (edit.edit < edits) steps[edit.edit] = edit.step;
  }
  for (const TraceEvent& event : trace.events) {
    if (event.end == TraceEvent::End::kNone) continue;
    const std::string process = ProcessOf(trace.threads[event.thread].path);
    for (size_t i = edits; i < hinges.size(); ++i) {
      if (hinges[i].thread == process) steps[i] = event.step;
    }
  }
  return steps;
}

// Nothing of a plain program, where there is no scenario beside the code that it tests.
const char* OwnerText(Owner owner) {
  switch (owner) {
    case Owner::kUnknown:
      break;
    case Owner::kTested:
      return ", of the tested code";
    case Owner::kScenario:
      return ", of the scenario";
  }
  return "";
}

}  // namespace

Explanation Explain(Session& session, const Schedule& schedule, const Trace& trace,
                    const PlaceObserver& places, const Report& report) {
  Explanation explanation;
  Symbols* const symbols = session.symbols();
  if (symbols == nullptr || !report.verdict.failed()) return explanation;
  const std::string folder = ScenarioFolder(session, schedule.scenario, *symbols);
  // First what needs the names of the execution that has just ended.
  if (!folder.empty()) {
    explanation.shared = FindShared(trace, places, *symbols, folder, report.thread);
    for (const ThreadStack& stack : report.stacks) {
      if (stack.failed)
        explanation.check_is_scenarios =
            OwnerOf(UserFrame(stack.frames), folder) == Owner::kScenario;
    }
  }
  const size_t edits = schedule.edits.size();
  if (edits + schedule.faults.size() > kMostHinges) return explanation;
  for (const Edit& edit : schedule.edits) {
    explanation.hinges.push_back(MakeHinge(edit, schedule, symbols));
  }
  for (const Fault& fault : schedule.faults) explanation.hinges.push_back(MakeHinge(fault));
  const std::vector<uint64_t> steps = StepsOf(explanation.hinges, edits, trace);
  for (size_t i = 0; i < steps.size(); ++i) {
    const Frame* const frame = places.FrameAt(steps[i], *symbols);
    explanation.hinges[i].owner = OwnerOf(frame, folder);
    if (frame != nullptr) explanation.hinges[i].place = ShortPlace(*frame);
  }
  for (size_t i = 0; i < explanation.hinges.size(); ++i) {
    Schedule without = schedule;
    if (i < edits) {
      without.edits.erase(without.edits.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      without.faults.erase(without.faults.begin() + static_cast<std::ptrdiff_t>(i - edits));
    }
    const absl::StatusOr<Replayed> replayed = session.Replay(without, ReplayMode::kLenient);
    if (!replayed.ok()) continue;
    Hinge& hinge = explanation.hinges[i];
    hinge.needed = replayed->report.signature != report.signature;
    hinge.without = replayed->report.signature;
  }
  return explanation;
}

std::string ExplanationText(const Explanation& explanation) {
  std::string text;
  if (!explanation.hinges.empty()) absl::StrAppend(&text, "what it hinges on\n");
  size_t scenarios = 0;
  size_t needed = 0;
  for (const Hinge& hinge : explanation.hinges) {
    absl::StrAppend(&text, "  ", hinge.thread, " at ", hinge.at,
                    hinge.place.empty() ? "" : absl::StrCat(" (", hinge.place, ")"),
                    OwnerText(hinge.owner), ": ", hinge.choice,
                    "\n    without it: ", hinge.needed ? hinge.without : "the same failure", "\n");
    needed += hinge.needed;
    scenarios += hinge.needed && hinge.owner == Owner::kScenario;
  }
  bool suspicious = false;
  for (const SharedState& state : explanation.shared) {
    absl::StrAppend(&text, text.empty() ? "" : "\n",
                    "state of the scenario that its own threads race on: ", state.object,
                    state.read_by_failed ? ", which the thread that failed looks at" : "", "\n");
    for (const std::string& access : state.accesses) absl::StrAppend(&text, "  ", access, "\n");
    suspicious |= state.read_by_failed;
  }
  if (explanation.check_is_scenarios && suspicious) {
    absl::StrAppend(&text,
                    "\nThe check that failed is the scenario's own, and it goes by state that the "
                    "scenario's threads race on");
    if (needed > 0) {
      absl::StrAppend(&text, "; ", scenarios, " of the ", needed,
                      " that it hinges on are in the scenario's code");
    }
    absl::StrAppend(&text,
                    ".\nLook there first: it may be the test that is wrong, and not what it "
                    "tests.\n");
  }
  return text;
}

}  // namespace weir::sim
