#include "sim/campaign/minimal_identity.h"

#include <unwind.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/engine/limits.h"
#include "sim/verdict/identity.h"

namespace weir::sim {
namespace {

constexpr size_t kMostFrames = 12;
// Of a minimal failure: few executions share it anyway, and a doorbell alone has three.
constexpr size_t kFrames = 6;

using Addresses = std::vector<uint64_t>;  // of calls in the target, innermost first
using Key = std::tuple<ObjectKey::Space, uint64_t, uint64_t, uint64_t>;

Key KeyOf(const ObjectKey& object) {
  return {object.space, object.owner, object.number, object.offset};
}

_Unwind_Reason_Code Collect(_Unwind_Context* context, void* argument) {
  auto& addresses = *static_cast<Addresses*>(argument);
  const uint64_t pc = _Unwind_GetIP(context);
  if (pc >= kTargetAddress && IsFixedAddress(pc)) addresses.push_back(pc - 1);
  return addresses.size() == kMostFrames ? _URC_END_OF_STACK : _URC_NO_REASON;
}

Addresses Here() {
  Addresses addresses;
  _Unwind_Backtrace(Collect, &addresses);
  return addresses;
}

bool IsWait(Op op) { return op == Op::kFutexWait || op == Op::kCondWait || op == Op::kSemWait; }

bool IsWake(Op op) {
  return op == Op::kFutexWake || op == Op::kCondSignal || op == Op::kCondBroadcast ||
         op == Op::kSemPost;
}

// Notes where edits apply, and where things that are waited for are rung.
class HingeObserver final : public Observer {
 public:
  explicit HingeObserver(const Schedule& schedule) {
    for (const Edit& edit : schedule.edits) steps_.insert(edit.point);
  }

  void OnPoint(const PointEvent& event) override {
    if (steps_.contains(event.step)) edits[event.step] = Here();
    if (IsWait(event.op)) {
      waits_[event.thread] = KeyOf(event.key);
      woken.erase(event.thread);
    }
    if (!IsWake(event.op)) return;
    const Addresses here = Here();
    rung[KeyOf(event.key)] = here;
    for (const auto& [thread, key] : waits_) {
      if (key == KeyOf(event.key)) woken[thread] = here;
    }
  }

  std::map<uint64_t, Addresses> edits;    // by step
  std::map<Key, Addresses> rung;          // last, by what is waited for
  std::map<ThreadSlot, Addresses> woken;  // since its last wait began

 private:
  std::set<uint64_t> steps_;
  std::map<ThreadSlot, Key> waits_;  // what each thread waited for last
};

std::string Where(const Addresses& addresses, Symbols& symbols) {
  std::vector<Frame> stack;
  for (const uint64_t address : addresses) {
    const std::vector<Frame>& at = symbols.At(address);
    stack.insert(stack.end(), at.begin(), at.end());
  }
  return CodeText(CodeOf(stack), kFrames);
}

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

using Hinges = std::set<std::string>;

void AddEdits(const Schedule& schedule, const HingeObserver& seen, Symbols& symbols,
              Hinges& hinges) {
  for (const Edit& edit : schedule.edits) {
    const auto at = seen.edits.find(edit.point);
    hinges.insert(absl::StrCat(ChoiceText(edit.choice), " at ", std::string(OpName(edit.op)), "@",
                               at == seen.edits.end() ? "" : Where(at->second, symbols)));
  }
  for (const Fault& fault : schedule.faults) {
    hinges.insert(fault.kind == Fault::Kind::kRestart ? "restart" : "crash");
  }
}

void AddParameters(const Schedule& schedule, const std::vector<ParameterSpec>& specs,
                   Hinges& hinges) {
  for (const Parameter& parameter : schedule.parameters) {
    const auto spec = std::find_if(specs.begin(), specs.end(), [&](const ParameterSpec& one) {
      return one.name == parameter.name;
    });
    if (spec == specs.end()) continue;
    if (const auto* name = std::get_if<std::string>(&parameter.value)) {
      hinges.insert(absl::StrCat(parameter.name, "=", *name));
    } else if (std::get<int64_t>(parameter.value) != spec->least) {
      hinges.insert(parameter.name);
    }
  }
}

void AddWakes(const RunResult& result, const HingeObserver& seen, Symbols& symbols,
              Hinges& hinges) {
  const bool stuck = IsStuckKind(result.verdict.kind);
  for (const ThreadReport& thread : result.threads) {
    if (stuck && !thread.runnable) {
      const auto rung = seen.rung.find(KeyOf(thread.object));
      if (rung != seen.rung.end()) hinges.insert("rung at " + Where(rung->second, symbols));
    }
    if (!stuck && thread.failed) {
      const auto woken = seen.woken.find(thread.slot);
      if (woken != seen.woken.end()) hinges.insert("woken at " + Where(woken->second, symbols));
    }
  }
}

}  // namespace

MinimalIdentity IdentityOfMinimal(Session& session, const Schedule& schedule) {
  MinimalIdentity identity{schedule.verdict.signature, {}};
  Symbols* const symbols = session.symbols();
  HingeObserver seen(schedule);
  const absl::StatusOr<Replayed> replayed = session.Replay(schedule, ReplayMode::kLenient, &seen);
  if (!replayed.ok() || symbols == nullptr) return identity;
  Hinges hinges;
  AddEdits(schedule, seen, *symbols, hinges);
  AddParameters(schedule, session.info().Find(schedule.scenario)->parameters, hinges);
  AddWakes(replayed->result, seen, *symbols, hinges);
  identity.hinges.assign(hinges.begin(), hinges.end());
  const uint64_t hash = PathHash(absl::StrJoin(identity.hinges, "\n"));
  absl::StrAppend(&identity.name, ".", absl::Hex(hash >> 32, absl::kZeroPad8));
  return identity;
}

}  // namespace weir::sim
