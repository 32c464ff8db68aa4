// A program of a few threads, without threads: what strategies are tested on.
#ifndef WEIR_TESTS_STRATEGY_TOY_H_
#define WEIR_TESTS_STRATEGY_TOY_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sim/engine/decision.h"
#include "sim/engine/object.h"
#include "sim/engine/verdict.h"
#include "sim/strategy/profile.h"

namespace weir::sim {

// Threads 0 … n−1, each a list of steps; all are runnable at first, before their step 0. A point is
// reached before each step but the first of a thread and at its end, and a decision is drawn at
// each, also where only one thread can run.
class Toy {
 public:
  enum class Outcome {
    kDone,   // the step is done: the thread goes on to the next
    kSpins,  // it has to be done again, and it was a yield
    kWaits,  // it has to be done again, but not before somebody calls Wake
  };
  // What step `step` of `thread` does.
  using Step = std::function<Outcome(Toy& toy, int thread, int step)>;

  Toy(int threads, int steps_each, Step step)
      : threads_(threads), steps_each_(steps_each), step_(std::move(step)) {}
  // The same, and what the steps are on: null if on nothing. A step of a thread that is to be
  // created waits until somebody calls Wake.
  struct Event {
    const void* object = nullptr;
    bool looks = false;
  };
  using EventOf = std::function<Event(int thread, int step)>;
  Toy& On(EventOf event) {
    event_ = std::move(event);
    return *this;
  }
  // Only the first so many threads are there at first.
  Toy& StartWith(int threads) {
    started_ = threads;
    return *this;
  }

  // Of the execution in which the lowest thread runs that can. Who is not there at first is created
  // by thread 0.
  Profile MakeProfile() {
    class Default final : public Strategy {
     public:
      explicit Default(Profiler& profiler, Toy& toy) : profiler_(profiler), toy_(toy) {}
      void Begin(const Execution&, Random) override {}
      Choice Choose(const Point& point) override {
        const auto next = static_cast<ThreadSlot>(point.fallback);
        const Event event = toy_.EventAt(next);
        const ObjectKey key{ObjectKey::Space::kUnknown, 0, reinterpret_cast<uint64_t>(event.object),
                            0};
        profiler_.OnPoint({.step = point.step,
                           .thread = next,
                           .thread_path = PathHash(PathOf(next)),
                           .op = event.looks ? Op::kAtomicLoad : Op::kAtomicStore,
                           .object = event.object,
                           .key = event.object == nullptr ? ObjectKey() : key});
        return next;
      }

     private:
      Profiler& profiler_;
      Toy& toy_;
    };
    Profiler profiler({&IdOfThread, &IdOfObject, &PathOf});
    Default unedited(profiler, *this);
    const Result result = Run(unedited, {});
    return profiler.Finish(result.points, false);
  }

  // Steps that do nothing.
  Toy(int threads, int steps_each)
      : Toy(threads, steps_each, [](Toy&, int, int) { return Outcome::kDone; }) {}

  struct Result {
    std::vector<ThreadSlot> order;  // who did each step, spins and waits included
    uint64_t points = 0;            // the last Point::step
    uint64_t asked = 0;             // calls of Choose
    bool finished = false;          // every thread came to its end within the cap
  };

  enum class Asks {
    kAlways,
    kWhenDue,       // as the engine: not before stays_until()
    kNotWhenAlone,  // as the engine: not where nobody else can run
  };

  // One execution with the seed of (campaign seed, index).
  Result Run(Strategy& strategy, const Execution& execution, uint64_t step_cap = 100'000,
             Asks asks = Asks::kAlways) {
    Execution without_faults = execution;
    without_faults.faults = FaultSet::None();
    strategy.Begin(without_faults, Random(ExecutionSeed(execution.campaign_seed, execution.index)));
    next_.assign(threads_, 0);
    runnable_.Clear();
    for (int thread = 0; thread < std::min(threads_, started_); ++thread) runnable_.Insert(thread);
    Result result;
    ThreadSlot current = 0;
    bool yields = false;
    newcomer_ = false;
    uint64_t quiet_until = 0;
    while (runnable_.count() > 0 && result.points < step_cap) {
      ++result.points;
      if (strategy.minds_newcomers() && newcomer_) quiet_until = 0;
      newcomer_ = false;
      const bool alone = runnable_.count() == 1;
      const bool stays = !yields && runnable_.Contains(current) && result.points < quiet_until;
      const bool skips = asks == Asks::kWhenDue        ? stays
                         : asks == Asks::kNotWhenAlone ? alone
                                                       : false;
      if (strategy.sees_all() && alone) {
        strategy.See(PointAt(current, yields, result.points));
        // And is not asked, as in the engine.
        current = runnable_.Nth(0);
      } else if (skips) {
        if (alone) current = runnable_.Nth(0);
      } else {
        current = strategy.Choose(PointAt(current, yields, result.points));
        quiet_until = strategy.stays_until();
        ++result.asked;
      }
      if (!runnable_.Contains(current)) std::abort();
      result.order.push_back(current);
      const Outcome outcome = step_(*this, current, next_[current]);
      yields = outcome == Outcome::kSpins;
      if (outcome == Outcome::kWaits) runnable_.Erase(current);
      if (outcome == Outcome::kDone && ++next_[current] == steps_each_) runnable_.Erase(current);
    }
    result.finished = true;
    for (const int next : next_) result.finished &= next == steps_each_;
    strategy.End(Verdict{});
    return result;
  }

  // No effect on a thread that can run or has come to its end.
  void Wake(int thread) {
    if (runnable_.Contains(thread) || next_[thread] == steps_each_) return;
    runnable_.Insert(thread);
    newcomer_ = true;
  }
  // It cannot run until somebody calls Wake, wherever it is.
  void Stop(int thread) { runnable_.Erase(thread); }
  // How many steps of the thread are done.
  int done(int thread) const { return next_[thread]; }

 private:
  static std::string PathOf(ThreadSlot thread) {
    return thread == 0 ? "main" : "main." + std::to_string(thread);
  }
  static ThreadId IdOfThread(ThreadSlot thread) { return PathHash(PathOf(thread)); }
  static ObjectId IdOfObject(const void* address) {
    return IdOf({ObjectKey::Space::kUnknown, 0, reinterpret_cast<uint64_t>(address), 0});
  }
  Event EventAt(ThreadSlot thread) const {
    return event_ && next_[thread] < steps_each_ ? event_(thread, next_[thread]) : Event{};
  }

  Point PointAt(ThreadSlot thread, bool yields, uint64_t step) const {
    Point point{};
    point.kind = DecisionKind::kRun;
    const Event event = EventAt(thread);
    point.op = next_[thread] == steps_each_ ? Op::kThreadExit
               : event.looks                ? Op::kAtomicLoad
                                            : Op::kAtomicStore;
    point.object = event.object;
    point.thread = thread;
    point.thread_can_run = runnable_.Contains(thread);
    point.yields = yields;
    point.fallback = yields                 ? runnable_.After(thread)
                     : point.thread_can_run ? thread
                                            : runnable_.Lowest();
    point.alternatives = static_cast<uint32_t>(runnable_.count());
    point.runnable = &runnable_;
    point.step = step;
    return point;
  }

  const int threads_;
  const int steps_each_;
  const Step step_;
  EventOf event_;
  int started_ = kMaxThreads;
  std::vector<int> next_;  // of each thread: the step that it does next
  ThreadSet runnable_;
  bool newcomer_ = false;  // since the last decision
};

// Pearson's statistic for `counts` against equal chances. With c cells it exceeds, in one case of
// 1,000: c = 4: 16.3, 9: 26.1, 20: 43.8, 24: 49.7.
inline double ChiSquared(const std::vector<int>& counts) {
  double total = 0;
  for (const int count : counts) total += count;
  const double expected = total / static_cast<double>(counts.size());
  double statistic = 0;
  for (const int count : counts) statistic += (count - expected) * (count - expected) / expected;
  return statistic;
}

// How many steps of others there are between the step before and step `step` of `thread`.
inline uint64_t WaitBefore(const std::vector<ThreadSlot>& order, ThreadSlot thread, int step) {
  uint64_t before = 0;
  int steps = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    if (order[i] != thread) continue;
    if (steps++ == step) return i - before - 1;
    before = i;
  }
  return 0;
}

}  // namespace weir::sim

#endif  // WEIR_TESTS_STRATEGY_TOY_H_
