#include "sim/campaign/minimal_identity.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/campaign/place_observer.h"
#include "sim/verdict/identity.h"

namespace weir::sim {
namespace {

// Of a minimal failure: few executions share it anyway, and a doorbell alone has three.
constexpr size_t kFrames = 6;
constexpr size_t kFramesOfLook = 3;

using Key = std::tuple<ObjectKey::Space, uint64_t, uint64_t, uint64_t>;

Key KeyOf(const ObjectKey& object) {
  return {object.space, object.owner, object.number, object.offset};
}

bool IsWait(Op op) { return op == Op::kFutexWait || op == Op::kCondWait || op == Op::kSemWait; }

bool IsWake(Op op) {
  return op == Op::kFutexWake || op == Op::kCondSignal || op == Op::kCondBroadcast ||
         op == Op::kSemPost;
}

// A load saw what another thread had stored; both are steps.
struct Look {
  uint64_t load = 0;
  uint64_t store = 0;
};
// These are a thread's last looks at what others had stored, from its last wait on.
using Looks = std::map<Key, Look>;

// A thread woke others at this step, on account of what it had seen.
struct Ring {
  uint64_t step = 0;
  Looks looks;
};

// Follows who woke whom, and what the one who did had seen.
class FlowObserver final : public Observer {
 public:
  void OnPoint(const PointEvent& event) override {
    const Key key = KeyOf(event.key);
    Looks& looks = looks_[event.thread];
    if (Loads(event.op)) NoteLook(event, key, looks);
    if (IsWait(event.op)) {
      waits_[event.thread] = key;
      woken.erase(event.thread);
      looks.clear();
    }
    if (Stores(event.op)) stores_[key] = {event.thread, event.step};
    if (!IsWake(event.op)) return;
    rung[key] = {event.step, looks};
    for (const auto& [thread, waited] : waits_) {
      if (waited == key) woken[thread] = rung[key];
    }
  }

  std::map<Key, Ring> rung;          // last, by what is waited for
  std::map<ThreadSlot, Ring> woken;  // since its last wait began

 private:
  struct Store {
    ThreadSlot thread;
    uint64_t step;
  };

  void NoteLook(const PointEvent& event, const Key& key, Looks& looks) {
    const auto store = stores_.find(key);
    if (store == stores_.end() || store->second.thread == event.thread) return;
    looks[key] = {event.step, store->second.step};
  }

  std::map<Key, Store> stores_;  // the last to each
  std::map<ThreadSlot, Looks> looks_;
  std::map<ThreadSlot, Key> waits_;  // what each thread waited for last
};

// A ring has to do with the failure in this way.
struct Cause {
  std::string what;
  Ring ring;
};

// Collects what an execution hinges on, with its places in the code.
class HingeList {
 public:
  HingeList(const PlaceObserver& places, Symbols& symbols) : places_(places), symbols_(symbols) {}

  void Add(std::string hinge) { hinges_.insert(std::move(hinge)); }
  void AddCause(const Cause& cause) {
    Add(absl::StrCat(cause.what, " at ", At(cause.ring.step)));
    for (const auto& [key, look] : cause.ring.looks) {
      Add(absl::StrCat(cause.what, " after ", At(look.load, kFramesOfLook), " saw ",
                       At(look.store, kFramesOfLook)));
    }
  }
  std::string At(uint64_t step, size_t frames = kFrames) const {
    return CodeText(CodeOf(places_.StackAt(step, symbols_)), frames);
  }
  std::vector<std::string> Sorted() const { return {hinges_.begin(), hinges_.end()}; }

 private:
  const PlaceObserver& places_;
  Symbols& symbols_;
  std::set<std::string> hinges_;
};

std::string ChoiceText(const EditChoice& choice) {
  switch (choice.kind) {
    case EditChoice::Kind::kRun:
      return "run";
    case EditChoice::Kind::kTime:
      return "time";
    case EditChoice::Kind::kWake:
      return "wake";
    case EditChoice::Kind::kValue:
      return "value";
    case EditChoice::Kind::kFault:
      return std::string(FaultName(choice.fault));
  }
  return "";
}

void AddEdits(const Schedule& schedule, HingeList& hinges) {
  for (const Edit& edit : schedule.edits) {
    hinges.Add(absl::StrCat(ChoiceText(edit.choice), " at ", std::string(OpName(edit.op)), "@",
                            hinges.At(edit.point)));
  }
  for (const Fault& fault : schedule.faults) {
    hinges.Add(fault.kind == Fault::Kind::kRestart ? "restart" : "crash");
  }
}

void AddParameters(const Schedule& schedule, const std::vector<ParameterSpec>& specs,
                   HingeList& hinges) {
  for (const Parameter& parameter : schedule.parameters) {
    const auto spec = std::find_if(specs.begin(), specs.end(), [&](const ParameterSpec& one) {
      return one.name == parameter.name;
    });
    if (spec == specs.end()) continue;
    if (const auto* name = std::get_if<std::string>(&parameter.value)) {
      hinges.Add(absl::StrCat(parameter.name, "=", *name));
    } else if (std::get<int64_t>(parameter.value) != spec->least) {
      hinges.Add(parameter.name);
    }
  }
}

// Gives the last ring for what each stuck thread waits for, or the one that woke the failed thread.
std::vector<Cause> CausesOf(const RunResult& result, const FlowObserver& flow) {
  const bool stuck = IsStuckKind(result.verdict.kind);
  std::vector<Cause> causes;
  for (const ThreadReport& thread : result.threads) {
    if (stuck && !thread.runnable) {
      const auto rung = flow.rung.find(KeyOf(thread.object));
      if (rung != flow.rung.end()) causes.push_back({"rung", rung->second});
    }
    if (!stuck && thread.failed) {
      const auto woken = flow.woken.find(thread.slot);
      if (woken != flow.woken.end()) causes.push_back({"woken", woken->second});
    }
  }
  return causes;
}

std::set<uint64_t> StepsOf(const Schedule& schedule, const std::vector<Cause>& causes) {
  std::set<uint64_t> steps;
  for (const Edit& edit : schedule.edits) steps.insert(edit.point);
  for (const Cause& cause : causes) {
    steps.insert(cause.ring.step);
    for (const auto& [key, look] : cause.ring.looks) steps.insert({look.load, look.store});
  }
  return steps;
}

}  // namespace

MinimalIdentity IdentityOfMinimal(Session& session, const Schedule& schedule) {
  MinimalIdentity identity{schedule.verdict.signature, {}};
  Symbols* const symbols = session.symbols();
  FlowObserver flow;
  const absl::StatusOr<Replayed> replayed = session.Replay(schedule, ReplayMode::kLenient, &flow);
  if (!replayed.ok() || symbols == nullptr) return identity;
  const std::vector<Cause> causes = CausesOf(replayed->result, flow);
  PlaceObserver places(StepsOf(schedule, causes));
  if (!session.Replay(schedule, ReplayMode::kLenient, &places).ok()) return identity;
  HingeList hinges(places, *symbols);
  AddEdits(schedule, hinges);
  AddParameters(schedule, session.info().Find(schedule.scenario)->parameters, hinges);
  for (const Cause& cause : causes) hinges.AddCause(cause);
  identity.hinges = hinges.Sorted();
  const uint64_t hash = PathHash(absl::StrJoin(identity.hinges, "\n"));
  absl::StrAppend(&identity.name, ".", absl::Hex(hash >> 32, absl::kZeroPad8));
  return identity;
}

}  // namespace weir::sim
