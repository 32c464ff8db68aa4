#include "tests/schedule/toy.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "sim/engine/fault_choice.h"

namespace weir::sim {

struct Toy::State {
  struct ThreadState {
    size_t next = 0;        // the operation that it is at
    bool at_point = false;  // its point has been announced
    uint32_t repeat = 0;
    uint64_t crash_op = 0;
    bool over = false;
  };

  State(const std::vector<ToyThread>& script, Strategy& chooser, Observer* watcher)
      : threads(script), strategy(chooser), observer(watcher), states(script.size()) {
    for (size_t i = 0; i < threads.size(); ++i) {
      if (!threads[i].spawned) runnable.Insert(static_cast<int>(i));
    }
  }

  void Mix(uint64_t value) {
    result.fingerprint = (result.fingerprint ^ value) * 0x9E3779B97F4A7C15u + 1;
  }

  Choice Draw(const Point& point) {
    const Choice choice = strategy.Choose(point);
    Mix(choice);
    if (observer != nullptr) observer->OnDecision(point, choice);
    ++result.decisions;
    return choice;
  }

  Point PointOf(DecisionKind kind, bool can_run, Choice fallback, uint32_t alternatives,
                const void* object) const {
    const ToyThread& thread = threads[current];
    const size_t op = std::min(states[current].next, thread.ops.size() - 1);
    return {.kind = kind,
            .op = thread.ops[op].op,
            .thread = static_cast<ThreadSlot>(current),
            .thread_can_run = can_run,
            .yields = false,
            .timer_pending = !sleepers.empty(),
            .fallback = fallback,
            .alternatives = alternatives,
            .runnable = kind == DecisionKind::kRun ? &runnable : nullptr,
            .object = object,
            .step = result.points};
  }

  void Announce() {
    ThreadState& state = states[current];
    const ToyOp& op = threads[current].ops[state.next];
    state.at_point = true;
    ++result.points;
    Mix(op.object + static_cast<uint64_t>(op.op));
    if (observer == nullptr) return;
    const ObjectKey key =
        op.act == ToyAct::kSpawn
            ? ObjectKey{ObjectKey::Space::kProcess, PathHash(threads[op.number].path), 0, 0}
            : Key(op.object);
    const void* const object = op.act == ToyAct::kSpawn ? &threads[op.number] : nullptr;
    observer->OnPoint({result.points, now, result.fingerprint, round,
                       static_cast<ThreadSlot>(current), PathHash(threads[current].path), op.op,
                       state.repeat, object, key});
  }

  void WakeSleeper() {
    ++now;
    runnable.Insert(static_cast<int>(sleepers.front()));
    sleepers.erase(sleepers.begin());
  }

  // False when nobody is left.
  bool ChooseThread(bool can_run) {
    if (runnable.count() == 0) {
      if (sleepers.empty()) return false;
      WakeSleeper();
    }
    for (;;) {
      if (runnable.count() == 1 && sleepers.empty()) {
        current = runnable.Lowest();
        return true;
      }
      const Choice fallback = can_run ? static_cast<Choice>(current) : runnable.Lowest();
      const Choice choice = Draw(PointOf(DecisionKind::kRun, can_run, fallback,
                                         static_cast<uint32_t>(runnable.count()), nullptr));
      if (choice != kAdvanceTime) {
        current = choice;
        return true;
      }
      WakeSleeper();
    }
  }

  // The current thread does its operation; false if it has to wait, and where.
  bool Act(const ToyOp& op) {
    ThreadState& state = states[current];
    switch (op.act) {
      case ToyAct::kLock:
        if (held.contains(op.object)) {
          waiters[op.object].push_back(current);
          return false;
        }
        held.insert(op.object);
        break;
      case ToyAct::kUnlock: {
        held.erase(op.object);
        std::vector<size_t>& queue = waiters[op.object];
        if (queue.empty()) break;
        const auto count = static_cast<uint32_t>(queue.size());
        const Choice choice =
            count == 1 ? 0 : Draw(PointOf(DecisionKind::kWake, true, 0, count, nullptr));
        runnable.Insert(static_cast<int>(queue[choice]));
        queue.erase(queue.begin() + choice);
        break;
      }
      case ToyAct::kSpin:
        if (!set.contains(op.object)) {
          ++state.repeat;
          state.at_point = false;  // loads again
          if (observer != nullptr) observer->OnResult(static_cast<ThreadSlot>(current), 0);
          return true;
        }
        break;
      case ToyAct::kSet:
        set.insert(op.object);
        break;
      case ToyAct::kSleep:
        if (state.repeat == 0) {
          state.repeat = 1;  // so that it goes on when it is awake
          sleepers.push_back(current);
          return false;
        }
        break;
      case ToyAct::kChoose:
        result.values.push_back(Draw(PointOf(DecisionKind::kValue, true, 0, op.number, nullptr)));
        break;
      case ToyAct::kRound:
        round = op.number;
        break;
      case ToyAct::kSpawn: {
        const Choice fault =
            Draw(PointOf(DecisionKind::kFault, true, kNoFault, ~0u, &threads[op.number]));
        if (fault != kNoFault) states[op.number].crash_op = FaultOp(fault);
        runnable.Insert(static_cast<int>(op.number));
        break;
      }
      case ToyAct::kPlain:
        break;
    }
    result.order.push_back(absl::StrCat(threads[current].path, " ", std::string(OpName(op.op)),
                                        op.object == 0 ? "" : absl::StrCat(" ", op.object)));
    if (observer != nullptr) observer->OnResult(static_cast<ThreadSlot>(current), op.object);
    Mix(current);
    state.repeat = 0;
    state.at_point = false;
    ++state.next;
    return true;
  }

  void Loop() {
    constexpr uint64_t kCap = 5000;
    while (result.points < kCap) {
      ThreadState& state = states[current];
      if (state.next == threads[current].ops.size()) {
        state.over = true;
        runnable.Erase(static_cast<int>(current));
        if (!ChooseThread(false)) return;
        continue;
      }
      if (!state.at_point) {
        Announce();
        if (state.crash_op != 0 && state.next + 1 == state.crash_op) {
          result.crashed.push_back(threads[current].path);
          runnable.Erase(static_cast<int>(current));
          if (!ChooseThread(false)) return;
          continue;
        }
        if (!ChooseThread(true)) return;
        continue;
      }
      if (!Act(threads[current].ops[state.next])) {
        runnable.Erase(static_cast<int>(current));
        if (!ChooseThread(false)) return;
      }
    }
  }

  const std::vector<ToyThread>& threads;
  Strategy& strategy;
  Observer* observer;
  std::vector<ThreadState> states;
  ThreadSet runnable{};
  size_t current = 0;
  uint64_t now = 0;
  uint64_t round = 0;
  std::set<uint64_t> held;
  std::set<uint64_t> set;
  std::map<uint64_t, std::vector<size_t>> waiters;
  std::vector<size_t> sleepers;
  ToyResult result;
};

ToyResult Toy::Run(Strategy& strategy, Observer* observer) {
  strategy.Begin({}, Random(0));
  State state(threads_, strategy, observer);
  state.Loop();
  return state.result;
}

Names Toy::names() const {
  const std::vector<ToyThread>* const threads = &threads_;
  return {.thread_path = [threads](ThreadSlot slot) { return (*threads)[slot].path; },
          .thread_path_hash = [threads](ThreadSlot slot) -> uint64_t {
            return slot < threads->size() ? PathHash((*threads)[slot].path) : 0;
          },
          .thread_name =
              [threads](ThreadSlot slot) {
                const ToyThread& thread = (*threads)[slot];
                return thread.name.empty() ? thread.path : thread.name;
              },
          .object = [threads](const ObjectKey& key) -> std::string {
            if (key.space == ObjectKey::Space::kNone) return "-";
            if (key.space == ObjectKey::Space::kGlobal) return ObjectText(key.offset) + " (symbol)";
            for (const ToyThread& thread : *threads) {
              if (PathHash(thread.path) == key.owner) return "process:" + thread.path;
            }
            return "?";
          }};
}

std::string Toy::ObjectText(uint64_t number) {
  return absl::StrCat("toy.so+0x", absl::Hex(number));
}

ObjectKey Toy::Key(uint64_t number) {
  if (number == 0) return {};
  return {ObjectKey::Space::kGlobal, PathHash("toy.so"), 0, number};
}

Choice AnyChoice::Choose(const Point& point) {
  if (point.kind == DecisionKind::kFault) {
    return faults_ && random_.Below(2) == 0
               ? FaultChoice(1 + random_.Below(5), random_.Below(2) == 0)
               : kNoFault;
  }
  if (point.kind != DecisionKind::kRun) return random_.Below(point.alternatives);
  if (point.timer_pending && random_.Below(4) == 0) return kAdvanceTime;
  return point.runnable->Nth(static_cast<int>(random_.Below(point.alternatives)));
}

std::vector<ToyThread> RandomToyThreads(uint64_t seed) {
  Random random(seed);
  std::vector<ToyThread> threads(2 + random.Below(4));
  for (size_t i = 0; i < threads.size(); ++i) {
    ToyThread& thread = threads[i];
    thread.path = absl::StrCat("p", i, "/main");
    if (random.Below(2) == 0) thread.name = absl::StrCat("p", i, "/thread");
    for (uint32_t n = 2 + random.Below(8); n > 0; --n) {
      const uint64_t object = 1 + random.Below(3);
      switch (random.Below(7)) {
        case 0:
        case 1:
          thread.ops.push_back({ToyAct::kLock, Op::kMutexLock, object});
          thread.ops.push_back({ToyAct::kPlain, Op::kAtomicUpdate, 7});
          thread.ops.push_back({ToyAct::kUnlock, Op::kMutexUnlock, object});
          break;
        case 2:
          thread.ops.push_back({ToyAct::kSleep, Op::kSleep});
          break;
        case 3:
          thread.ops.push_back({ToyAct::kChoose, Op::kChoose, 0, 3});
          break;
        case 4:
          thread.ops.push_back({ToyAct::kRound, Op::kRound, 0, 1 + random.Below(3)});
          break;
        case 5:
          thread.ops.push_back({i == 0 ? ToyAct::kSet : ToyAct::kSpin,
                                i == 0 ? Op::kAtomicStore : Op::kAtomicLoad, 9});
          break;
        default:
          thread.ops.push_back({ToyAct::kPlain, Op::kAtomicLoad, object});
      }
    }
  }
  threads[0].ops.push_back({ToyAct::kSet, Op::kAtomicStore, 9});  // so that nobody spins for ever
  if (threads.size() > 2) {
    threads.back().spawned = true;
    threads[0].ops.insert(threads[0].ops.begin(), {ToyAct::kSpawn, Op::kProcessSpawn, 0,
                                                   static_cast<uint32_t>(threads.size() - 1)});
  }
  return threads;
}

}  // namespace weir::sim
