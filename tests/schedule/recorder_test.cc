#include "sim/schedule/recorder.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

#include "sim/engine/fault_choice.h"
#include "sim/schedule/deviation_replay.h"
#include "sim/schedule/observer_list.h"
#include "tests/schedule/toy.h"

namespace weir::sim {
namespace {

// Chooses what it is told at the n-th decision, else the default.
class Told final : public Strategy {
 public:
  explicit Told(std::vector<std::pair<uint64_t, Choice>> choices) : choices_(std::move(choices)) {}
  void Begin(const Execution&, Random) override { decision_ = 0; }
  Choice Choose(const Point& point) override {
    ++decision_;
    for (const auto& [decision, choice] : choices_) {
      if (decision == decision_) return choice;
    }
    return point.fallback;
  }

 private:
  std::vector<std::pair<uint64_t, Choice>> choices_;
  uint64_t decision_ = 0;
};

Schedule Recorded(Toy& toy, Strategy& strategy, RecorderOptions options = {}) {
  Recorder recorder(toy.names(), options);
  toy.Run(strategy, &recorder);
  Schedule schedule;
  recorder.FillIn(schedule);
  return schedule;
}

const ToyOp kLoad = {ToyAct::kPlain, Op::kAtomicLoad, 1};
const ToyOp kStore = {ToyAct::kPlain, Op::kAtomicStore, 1};

TEST(Recorder, TheDefaultScheduleHasNoEdits) {
  Toy toy({{"a/main", {kLoad, kStore}}, {"b/main", {kLoad}}});
  DefaultStrategy strategy;
  const Schedule schedule = Recorded(toy, strategy);
  EXPECT_TRUE(schedule.edits.empty());
  EXPECT_EQ(schedule.points, 3u);
}

TEST(Recorder, KeysAnEditByThreadOperationObjectAndOccurrence) {
  Toy toy({{"a/main", {kLoad, kStore, kLoad, kLoad}}, {"b/main", {kLoad}}});
  Told strategy({{4, 1}});  // before a's third load
  const Schedule schedule = Recorded(toy, strategy);
  ASSERT_EQ(schedule.edits.size(), 1u);
  const Edit expected = {.thread = "a/main",
                         .op = Op::kAtomicLoad,
                         .object = "toy.so+0x1",  // without the symbol
                         .nth = 3,
                         .choice = {EditChoice::Kind::kRun, "b/main", 0},
                         .point = 4};
  EXPECT_EQ(schedule.edits[0], expected);
}

TEST(Recorder, CountsOccurrencesAnewInEachRound) {
  const ToyOp round = {ToyAct::kRound, Op::kRound, 0, 5};
  Toy toy({{"a/main", {kLoad, kLoad, round, kLoad}}, {"b/main", {kLoad}}});
  Told strategy({{4, 1}});
  const Schedule schedule = Recorded(toy, strategy);
  ASSERT_EQ(schedule.edits.size(), 1u);
  EXPECT_EQ(schedule.edits[0].round, 5u);
  EXPECT_EQ(schedule.edits[0].nth, 1u);
}

TEST(Recorder, CountsRepeatedLoadsOnce) {
  const ToyOp spin = {ToyAct::kSpin, Op::kAtomicLoad, 9};
  const ToyOp set = {ToyAct::kSet, Op::kAtomicStore, 9};
  Toy toy({{"a/main", {spin, spin}}, {"b/main", {set, kLoad}}});
  // a spins three times, b sets, a goes on; before a's second operation b runs.
  Told strategy({{3, 1}, {5, 0}, {6, 1}});
  const Schedule schedule = Recorded(toy, strategy);
  ASSERT_GE(schedule.edits.size(), 2u);
  EXPECT_EQ(schedule.edits.front().nth, 1u);
  EXPECT_EQ(schedule.edits.front().repeat, 2u);
  const Edit& last = schedule.edits.back();
  EXPECT_EQ(last.thread, "a/main");
  EXPECT_EQ(last.nth, 2u) << "the repeats were counted";
  EXPECT_EQ(last.repeat, 0u);
}

// A row's numbers grow; the first number of a key need not be 0 (another operation was before it).
TEST(PointCount, CountsARowOfRepeatsOnceAndASecondRowAgain) {
  PointCount count;
  const auto numbers = [&count](std::initializer_list<uint32_t> repeats) {
    std::vector<uint64_t> numbers;
    for (const uint32_t repeat : repeats) numbers.push_back(count.Next(repeat));
    return numbers;
  };
  EXPECT_EQ(numbers({0, 1, 2, 3}), (std::vector<uint64_t>{1, 1, 1, 1}));
  EXPECT_EQ(numbers({1, 3}), (std::vector<uint64_t>{2, 2}));
  EXPECT_EQ(numbers({3, 0, 0}), (std::vector<uint64_t>{3, 4, 5}));
  count = {};
  EXPECT_EQ(numbers({1, 1}), (std::vector<uint64_t>{0, 1}));
}

TEST(Recorder, TellsADrawOfABlockedThreadFromTheOneBefore) {
  const ToyOp lock = {ToyAct::kLock, Op::kMutexLock, 1};
  const ToyOp unlock = {ToyAct::kUnlock, Op::kMutexUnlock, 1};
  Toy toy({{"a/main", {lock, kLoad, unlock}}, {"b/main", {lock, unlock}}, {"c/main", {kStore}}});
  // a locks; before its load b runs, finds the lock held, and c runs in place of a.
  Told strategy({{2, 1}, {4, 2}});
  const Schedule schedule = Recorded(toy, strategy);
  ASSERT_EQ(schedule.edits.size(), 2u);
  EXPECT_FALSE(schedule.edits[0].blocked);
  EXPECT_EQ(schedule.edits[1].thread, "b/main");
  EXPECT_EQ(schedule.edits[1].op, Op::kMutexLock);
  EXPECT_TRUE(schedule.edits[1].blocked);
  EXPECT_EQ(schedule.edits[1].draw, 1u);
}

TEST(Recorder, NumbersTheDrawsOfOnePoint) {
  Toy toy({{"a/main", {kLoad, kLoad}}, {"b/main", {{ToyAct::kSleep, Op::kSleep}, kStore}}});
  // b sleeps; at a's load time passes, and then b runs.
  Told strategy({{1, 1}, {3, kAdvanceTime}, {4, 1}});
  const Schedule schedule = Recorded(toy, strategy);
  ASSERT_EQ(schedule.edits.size(), 3u);
  EXPECT_EQ(schedule.edits[1].choice.kind, EditChoice::Kind::kTime);
  EXPECT_EQ(schedule.edits[1].draw, 1u);
  EXPECT_EQ(schedule.edits[2].choice.thread, "b/main");
  EXPECT_EQ(schedule.edits[2].draw, 2u);
}

TEST(Recorder, WritesFaultsWithProcessAndPlace) {
  Toy toy({{"a/main", {{ToyAct::kSpawn, Op::kProcessSpawn, 0, 1}, kLoad}},
           {"worker", {kLoad, kStore, kLoad}, true}});
  Told strategy({{1, FaultChoice(2, true)}});
  const Schedule schedule = Recorded(toy, strategy);
  EXPECT_TRUE(schedule.edits.empty());
  const Fault expected = {Fault::Kind::kRestart, "worker", 0, "worker/main", 2};
  ASSERT_EQ(schedule.faults.size(), 1u);
  EXPECT_EQ(schedule.faults[0], expected);
}

TEST(Recorder, TakesCheckpointsEvenlySpread) {
  Toy toy({{"a/main", std::vector<ToyOp>(100, kLoad)}, {"b/main", {kLoad}}});
  AnyChoice strategy(3);
  const Schedule first = Recorded(toy, strategy);
  EXPECT_EQ(first.points, 101u);
  EXPECT_TRUE(first.checkpoints.empty());
  const Schedule second = Recorded(toy, strategy, {.total_points = 101, .checkpoints = 10});
  EXPECT_EQ(second.checkpoints.size(), 10u);
  const Schedule few = Recorded(toy, strategy, {.total_points = 5, .checkpoints = 32});
  EXPECT_EQ(few.checkpoints.size(), 5u);
}

TEST(Recorder, KeepsTheNamesOfTheThreadsThatItMentions) {
  Toy toy({{"a/main", {kLoad, kLoad}, false, "a/boss"},
           {"b/main", {kLoad}, false, "b/reader"},
           {"c/main", {kLoad}, false, "c/idle"}});
  Told strategy({{2, 1}});
  const Schedule schedule = Recorded(toy, strategy);
  const std::vector<std::pair<std::string, std::string>> expected = {{"a/main", "a/boss"},
                                                                     {"b/main", "b/reader"}};
  EXPECT_EQ(schedule.thread_names, expected);
}

TEST(Recorder, TracesEveryEventWithItsResultAndEdit) {
  Toy toy({{"a/main", {kLoad, kStore}, false, "a/boss"}, {"b/main", {kLoad}}});
  Told strategy({{2, 1}});
  Recorder recorder(toy.names(), {.trace_events = 100});
  toy.Run(strategy, &recorder);
  const Trace& trace = recorder.trace();
  ASSERT_EQ(trace.events.size(), 3u);
  EXPECT_EQ(trace.events[0].step, 1u);
  EXPECT_EQ(trace.events[1].op, Op::kAtomicStore);
  ASSERT_EQ(trace.edits.size(), 1u);
  EXPECT_EQ(trace.edits[0].edit, 0u);
  EXPECT_EQ(trace.edits[0].thread, trace.events[1].thread);
  EXPECT_EQ(trace.edits[0].step, 2u);
  EXPECT_EQ(trace.edits[0].after, 2u);
  for (const TraceEvent& event : trace.events) EXPECT_EQ(event.result, 1u);
  EXPECT_EQ(trace.threads[trace.events[0].thread].name, "a/boss");
  EXPECT_EQ(trace.dropped, 0u);
}

TEST(Recorder, TracesAnEditThatIsDecidedLaterAtItsTime) {
  const Toy toy({{"a/main", {kLoad}}, {"b/main", {kLoad}}});
  Recorder recorder(toy.names(), {.trace_events = 100});
  for (const ThreadSlot thread : {ThreadSlot{0}, ThreadSlot{1}}) {
    PointEvent event = {};
    event.step = thread + uint64_t{1};
    event.thread = thread;
    event.thread_path = toy.names().thread_path_hash(thread);
    recorder.OnPoint(event);
  }
  Point point = {};
  point.kind = DecisionKind::kWake;
  point.thread = 0;
  recorder.OnDecision(point, 1);
  ASSERT_EQ(recorder.trace().edits.size(), 1u);
  EXPECT_EQ(recorder.trace().edits[0].step, 1u);
  EXPECT_EQ(recorder.trace().edits[0].after, 2u);
}

TEST(Recorder, KeepsTheLastEventsWhenThereAreTooMany) {
  Toy toy({{"a/main", std::vector<ToyOp>(50, kLoad)}});
  DefaultStrategy strategy;
  Recorder recorder(toy.names(), {.trace_events = 8});
  toy.Run(strategy, &recorder);
  EXPECT_EQ(recorder.trace().events.size(), 8u);
  EXPECT_EQ(recorder.trace().dropped, 42u);
  EXPECT_EQ(recorder.trace().events.back().step, 50u);
  EXPECT_EQ(recorder.trace().events.back().result, 1u);
}

TEST(ObserverList, PassesEveryCallToEach) {
  Toy toy({{"a/main", {kLoad, kStore}}, {"b/main", {kLoad}}});
  Told strategy({{2, 1}});
  Recorder first(toy.names(), {.trace_events = 9});
  Recorder second(toy.names(), {.trace_events = 9});
  ObserverList both({&first, &second});
  toy.Run(strategy, &both);
  Schedule a, b;
  first.FillIn(a);
  second.FillIn(b);
  EXPECT_EQ(a.edits.size(), 1u);
  EXPECT_EQ(a, b);
  EXPECT_EQ(first.trace().events[0].result, second.trace().events[0].result);
}

// Logs deviations as the engine does.
class Logging final : public Strategy {
 public:
  explicit Logging(Strategy& inner) : inner_(inner) {}
  void Begin(const Execution& next, Random random) override {
    inner_.Begin(next, random);
    decision_ = 0;
  }
  Choice Choose(const Point& point) override {
    const Choice choice = inner_.Choose(point);
    if (choice != point.fallback) log.push_back({decision_, choice});
    ++decision_;
    return choice;
  }
  std::vector<Deviation> log;

 private:
  Strategy& inner_;
  uint64_t decision_ = 0;
};

TEST(DeviationReplay, RepeatsALoggedRun) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Toy toy(RandomToyThreads(seed));
    AnyChoice any(seed, /*faults=*/true);
    Logging logging(any);
    const ToyResult searched = toy.Run(logging, nullptr);
    DeviationReplay replay(logging.log);
    for (int again = 0; again < 2; ++again) {
      const ToyResult repeated = toy.Run(replay, nullptr);
      ASSERT_EQ(repeated.fingerprint, searched.fingerprint) << "seed " << seed;
      ASSERT_FALSE(replay.misfit());
    }
  }
}

TEST(DeviationReplay, NoticesAChoiceThatThereIsNot) {
  Toy toy({{"a/main", {kLoad, kLoad}}, {"b/main", {kLoad}}});
  for (const Choice impossible : {Choice{2}, Choice{300}, kAdvanceTime}) {
    DeviationReplay replay({{1, impossible}});
    toy.Run(replay, nullptr);
    EXPECT_TRUE(replay.misfit()) << impossible;
  }
}

}  // namespace
}  // namespace weir::sim
