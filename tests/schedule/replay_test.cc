#include "sim/schedule/replay.h"

#include <gtest/gtest.h>

#include "sim/schedule/observer_list.h"
#include "sim/schedule/recorder.h"
#include "tests/schedule/toy.h"

namespace weir::sim {
namespace {

const ToyOp kLoad = {ToyAct::kPlain, Op::kAtomicLoad, 1};
const ToyOp kStore = {ToyAct::kPlain, Op::kAtomicStore, 2};

// A schedule with checkpoints, and all that strict replay compares.
Schedule Record(Toy& toy, Strategy& strategy, ToyResult* result) {
  const ToyResult first = toy.Run(strategy, nullptr);
  Recorder recorder(toy.names(), {.total_points = first.points});
  *result = toy.Run(strategy, &recorder);
  EXPECT_EQ(first.fingerprint, result->fingerprint);
  Schedule schedule;
  recorder.FillIn(schedule);
  schedule.fingerprint = result->fingerprint;
  return schedule;
}

struct Again {
  ToyResult result;
  absl::Status same;
  std::vector<size_t> unused_edits;
  std::vector<size_t> unused_faults;
};

Again ReplayOf(Toy& toy, const Schedule& schedule, ReplayMode mode = ReplayMode::kStrict) {
  absl::StatusOr<Replay> replay = Replay::Of(schedule, toy.names(), mode);
  EXPECT_TRUE(replay.ok()) << replay.status();
  Again again;
  again.result = toy.Run(*replay, &*replay);
  again.same = replay->Check(again.result.points, again.result.fingerprint);
  again.unused_edits = replay->UnusedEdits();
  again.unused_faults = replay->UnusedFaults();
  return again;
}

TEST(Replay, RepeatsAnyRecordedExecution) {
  int with_edits = 0, with_faults = 0;
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    Toy toy(RandomToyThreads(seed));
    AnyChoice any(seed, /*faults=*/true);
    ToyResult recorded;
    const Schedule schedule = Record(toy, any, &recorded);
    with_edits += schedule.edits.size() > 5 ? 1 : 0;
    with_faults += schedule.faults.empty() ? 0 : 1;
    const Again again = ReplayOf(toy, schedule);
    ASSERT_TRUE(again.same.ok()) << "seed " << seed << ": " << again.same;
    ASSERT_EQ(again.result.order, recorded.order) << "seed " << seed;
    ASSERT_EQ(again.result.values, recorded.values);
    ASSERT_EQ(again.result.crashed, recorded.crashed);
    ASSERT_TRUE(again.unused_edits.empty());
  }
  EXPECT_GT(with_edits, 1000);
  EXPECT_GT(with_faults, 200);
}

TEST(Replay, SurvivesTheFile) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Toy toy(RandomToyThreads(seed));
    AnyChoice any(seed, /*faults=*/true);
    ToyResult recorded;
    Schedule schedule = Record(toy, any, &recorded);
    schedule.scenario = "toy";
    const absl::StatusOr<Schedule> read = ParseSchedule(FormatSchedule(schedule), "f");
    ASSERT_TRUE(read.ok()) << read.status();
    ASSERT_TRUE(ReplayOf(toy, *read).same.ok()) << "seed " << seed;
  }
}

TEST(Replay, RecordsToItself) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Toy toy(RandomToyThreads(seed));
    AnyChoice any(seed, /*faults=*/true);
    ToyResult recorded;
    const Schedule schedule = Record(toy, any, &recorded);
    absl::StatusOr<Replay> replay = Replay::Of(schedule, toy.names(), ReplayMode::kLenient);
    Recorder recorder(toy.names(), {.total_points = recorded.points});
    ObserverList both({&*replay, &recorder});
    toy.Run(*replay, &both);
    Schedule second;
    recorder.FillIn(second);
    second.fingerprint = schedule.fingerprint;
    ASSERT_EQ(second, schedule) << "seed " << seed;
  }
}

TEST(Replay, ServesSeveralExecutions) {
  Toy toy(RandomToyThreads(5));
  AnyChoice any(5);
  ToyResult recorded;
  const Schedule schedule = Record(toy, any, &recorded);
  absl::StatusOr<Replay> replay = Replay::Of(schedule, toy.names(), ReplayMode::kStrict);
  ASSERT_TRUE(replay.ok());
  for (int i = 0; i < 5; ++i) {
    const ToyResult result = toy.Run(*replay, &*replay);
    EXPECT_TRUE(replay->Check(result.points, result.fingerprint).ok());
  }
}

// Dropping an edit must leave the others meaning what they meant: b's store still comes before a's
// third load, though a's first load is no longer preceded by c.
TEST(Replay, DeletingAnEditDoesNotShiftTheOthers) {
  Toy toy({{"a/main", {kLoad, kLoad, kLoad}}, {"b/main", {kStore}}, {"c/main", {kLoad, kLoad}}});
  Schedule schedule;
  schedule.edits = {{.thread = "a/main",
                     .op = Op::kAtomicLoad,
                     .object = "toy.so+0x1",
                     .nth = 1,
                     .choice = {EditChoice::Kind::kRun, "c/main", 0}},
                    {.thread = "a/main",
                     .op = Op::kAtomicLoad,
                     .object = "toy.so+0x1",
                     .nth = 3,
                     .choice = {EditChoice::Kind::kRun, "b/main", 0}}};
  const auto before_third_load = [&](const Schedule& s) {
    const Again again = ReplayOf(toy, s, ReplayMode::kLenient);
    std::vector<std::string> order = again.result.order;
    std::erase_if(order, [](const std::string& line) { return line.starts_with("c/"); });
    return order;
  };
  const std::vector<std::string> expected = {"a/main atomic_load 1", "a/main atomic_load 1",
                                             "b/main atomic_store 2", "a/main atomic_load 1"};
  EXPECT_EQ(before_third_load(schedule), expected);
  schedule.edits.erase(schedule.edits.begin());
  EXPECT_EQ(before_third_load(schedule), expected);
}

Schedule OneEdit(Edit edit) {
  Schedule schedule;
  schedule.edits = {std::move(edit)};
  return schedule;
}

TEST(Replay, LenientReplayTellsWhichEditsDidNotApply) {
  Toy toy({{"a/main", {kLoad, kLoad}}, {"b/main", {kStore}}});
  const Edit good = {.thread = "a/main",
                     .op = Op::kAtomicLoad,
                     .object = "toy.so+0x1",
                     .nth = 2,
                     .choice = {EditChoice::Kind::kRun, "b/main", 0}};
  std::vector<Edit> misfits(10, good);
  misfits[0].thread = "x/main";
  misfits[1].op = Op::kAtomicStore;
  misfits[2].object = "toy.so+0x3";
  misfits[3].nth = 3;
  misfits[4].round = 1;
  misfits[5].repeat = 1;
  misfits[6].draw = 2;
  misfits[7].choice.thread = "nobody";
  misfits[8].choice = {EditChoice::Kind::kTime, "", 0};
  misfits[9].blocked = true;
  for (size_t i = 0; i < misfits.size(); ++i) {
    Schedule schedule = OneEdit(misfits[i]);
    const Again again = ReplayOf(toy, schedule, ReplayMode::kLenient);
    EXPECT_EQ(again.unused_edits, std::vector<size_t>{0}) << i;
    EXPECT_TRUE(again.same.ok());
    EXPECT_FALSE(ReplayOf(toy, schedule, ReplayMode::kStrict).same.ok()) << i;
  }
  Schedule schedule = OneEdit(good);
  schedule.edits.insert(schedule.edits.begin(), misfits.begin(), misfits.end());
  const Again again = ReplayOf(toy, schedule, ReplayMode::kLenient);
  EXPECT_EQ(again.unused_edits, (std::vector<size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(Replay, AWakeIndexThatIsTooLargeIsAMisfit) {
  const ToyOp lock = {ToyAct::kLock, Op::kMutexLock, 1};
  const ToyOp unlock = {ToyAct::kUnlock, Op::kMutexUnlock, 1};
  Toy toy(
      {{"a/main", {lock, kLoad, unlock}}, {"b/main", {lock, unlock}}, {"c/main", {lock, unlock}}});
  Schedule schedule;
  schedule.edits = {{.thread = "a/main",
                     .op = Op::kAtomicLoad,
                     .object = "toy.so+0x1",
                     .choice = {EditChoice::Kind::kRun, "b/main", 0}},
                    {.thread = "b/main",
                     .op = Op::kMutexLock,
                     .object = "toy.so+0x1",
                     .blocked = true,
                     .choice = {EditChoice::Kind::kRun, "c/main", 0}},
                    {.thread = "a/main",
                     .op = Op::kMutexUnlock,
                     .object = "toy.so+0x1",
                     .choice = {EditChoice::Kind::kWake, "", 1}}};
  const Again fits = ReplayOf(toy, schedule, ReplayMode::kLenient);
  EXPECT_TRUE(fits.unused_edits.empty());
  EXPECT_EQ(fits.result.order[3], "c/main mutex_lock 1");
  schedule.edits[2].choice.number = 2;
  EXPECT_EQ(ReplayOf(toy, schedule, ReplayMode::kLenient).unused_edits, std::vector<size_t>{2});
  EXPECT_EQ(ReplayOf(toy, schedule).same.message(),
            "diverged at point 5: at mutex_unlock on toy.so+0x1 by a/main recorded wake waiter 2, "
            "which is "
            "not possible now");
}

TEST(Replay, AnEditThatWasNeverReachedIsADivergence) {
  Toy toy({{"a/main", {kLoad}}, {"b/main", {kLoad}}});
  const Schedule schedule = OneEdit({.thread = "a/main",
                                     .op = Op::kFutexWake,
                                     .object = "toy.so+0x1",
                                     .choice = {EditChoice::Kind::kRun, "b/main", 0}});
  EXPECT_EQ(ReplayOf(toy, schedule).same.message(),
            "diverged: edits[0], futex_wake on toy.so+0x1 by a/main, was never reached");
}

TEST(Replay, AFaultThatWasNeverDrawnIsADivergence) {
  Toy toy({{"a/main", {kLoad}}, {"b/main", {kLoad}}});
  Schedule schedule;
  schedule.faults = {{Fault::Kind::kCrash, "worker", 0, "worker/main", 3}};
  EXPECT_EQ(ReplayOf(toy, schedule).same.message(),
            "diverged: faults[0], of worker, was never reached");
  EXPECT_EQ(ReplayOf(toy, schedule, ReplayMode::kLenient).unused_faults, std::vector<size_t>{0});
}

TEST(Replay, TellsWhatWasRecordedAndWhatCameWhereTheTwoPart) {
  const auto toy_with = [](const ToyOp& changed) {
    return Toy({{"a/main", {kLoad, kLoad, changed, kLoad}, false, "a/boss"}, {"b/main", {kStore}}});
  };
  Toy recorded_toy = toy_with({ToyAct::kPlain, Op::kCondWait, 4});
  Schedule schedule = OneEdit({.thread = "a/main",
                               .op = Op::kCondWait,
                               .object = "toy.so+0x4",
                               .choice = {EditChoice::Kind::kRun, "b/main", 0}});
  absl::StatusOr<Replay> replay = Replay::Of(schedule, recorded_toy.names(), ReplayMode::kLenient);
  ToyResult recorded;
  schedule = Record(recorded_toy, *replay, &recorded);  // without observer nothing applies …
  EXPECT_TRUE(schedule.edits.empty());
  Recorder recorder(recorded_toy.names(), {});
  ObserverList both({&*replay, &recorder});
  recorded = recorded_toy.Run(*replay, &both);  // … with it the edit does
  recorder.FillIn(schedule);
  ASSERT_EQ(schedule.edits.size(), 1u);
  schedule.fingerprint = recorded.fingerprint;
  EXPECT_TRUE(ReplayOf(recorded_toy, schedule).same.ok());

  Toy other_toy = toy_with({ToyAct::kPlain, Op::kMutexLock, 5});
  const Again other = ReplayOf(other_toy, schedule);
  EXPECT_EQ(other.same.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(other.same.message(),
            "diverged at point 3: recorded cond_wait on toy.so+0x4 by a/boss, now mutex_lock on "
            "toy.so+0x5 (symbol) by a/boss");
}

TEST(Replay, FindsADivergenceBetweenTwoCheckpoints) {
  const auto toy_with = [](Op op) {
    std::vector<ToyOp> ops(64, kLoad);
    ops[40].op = op;
    return Toy({{"a/main", ops}});
  };
  Toy recorded_toy = toy_with(Op::kAtomicLoad);
  DefaultStrategy strategy;
  ToyResult recorded;
  const Schedule schedule = Record(recorded_toy, strategy, &recorded);
  ASSERT_EQ(schedule.checkpoints.size(), 32u);
  Toy other_toy = toy_with(Op::kAtomicStore);
  EXPECT_EQ(ReplayOf(other_toy, schedule).same.message(),
            "diverged between points 40 and 42: the checkpoint there differs; now atomic_load on "
            "toy.so+0x1 (symbol) by a/main");
}

TEST(Replay, ComparesTheEndEvenWithoutCheckpoints) {
  Toy toy({{"a/main", {kLoad, kLoad}}});
  DefaultStrategy strategy;
  ToyResult recorded;
  Schedule schedule = Record(toy, strategy, &recorded);
  schedule.checkpoints.clear();
  EXPECT_TRUE(ReplayOf(toy, schedule).same.ok());
  schedule.fingerprint ^= 1;
  EXPECT_EQ(ReplayOf(toy, schedule).same.code(), absl::StatusCode::kAborted);
  schedule.fingerprint ^= 1;
  schedule.points = 3;
  EXPECT_EQ(ReplayOf(toy, schedule).same.code(), absl::StatusCode::kAborted);
}

TEST(Replay, KeepsOnlyTheFirstDivergence) {
  Toy toy({{"a/main", {kLoad, kLoad}}, {"b/main", {kStore}}});
  Schedule schedule;
  for (const uint64_t nth : {1, 2}) {
    schedule.edits.push_back({.thread = "a/main",
                              .op = Op::kAtomicLoad,
                              .object = "toy.so+0x1",
                              .nth = nth,
                              .choice = {EditChoice::Kind::kRun, "nobody", 0}});
  }
  EXPECT_EQ(ReplayOf(toy, schedule).same.message(),
            "diverged at point 1: at atomic_load on toy.so+0x1 by a/main recorded run nobody, "
            "which is not "
            "possible now");
}

TEST(Replay, RefusesAnObjectThatIsNone) {
  Toy toy({});
  const Schedule schedule = OneEdit({.thread = "a", .object = "here"});
  const absl::StatusOr<Replay> replay = Replay::Of(schedule, toy.names(), ReplayMode::kLenient);
  EXPECT_EQ(replay.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(replay.status().message().find("edits[0].object: ") == 0) << replay.status();
}

TEST(KeyHash, DiffersWhenAnyPartDoes) {
  const ObjectKey key = {ObjectKey::Space::kHeap, 5, 6, 7};
  const uint64_t hash = KeyHash(1, Op::kAtomicLoad, key, 2);
  EXPECT_NE(hash, KeyHash(2, Op::kAtomicLoad, key, 2));
  EXPECT_NE(hash, KeyHash(1, Op::kAtomicStore, key, 2));
  EXPECT_NE(hash, KeyHash(1, Op::kAtomicLoad, key, 3));
  EXPECT_NE(hash, KeyHash(1, Op::kAtomicLoad, {ObjectKey::Space::kStack, 5, 6, 7}, 2));
  EXPECT_NE(hash, KeyHash(1, Op::kAtomicLoad, {ObjectKey::Space::kHeap, 6, 6, 7}, 2));
  EXPECT_NE(hash, KeyHash(1, Op::kAtomicLoad, {ObjectKey::Space::kHeap, 5, 7, 7}, 2));
  EXPECT_NE(hash, KeyHash(1, Op::kAtomicLoad, {ObjectKey::Space::kHeap, 5, 6, 8}, 2));
}

}  // namespace
}  // namespace weir::sim
