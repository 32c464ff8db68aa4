#include "sim/minimize/minimize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/engine/random.h"
#include "sim/minimize/passes.h"
#include "tests/minimize/fake.h"

namespace weir::sim {
namespace {

Fault Crash(const std::string& process) {
  return {Fault::Kind::kCrash, process, 0, process + "/main", 3};
}

uint64_t TriesOf(const MinimizeReport& report, const std::string& name) {
  for (const PassReport& pass : report.passes) {
    if (pass.name == name) return pass.tries;
  }
  return 0;
}

TEST(Minimize, RefusesWhatIsNotDeterministic) {
  Fake fake([](const FakeRun&) { return true; });
  const Schedule failing = fake.Failing(2, 2, Edits(3));
  fake.nondeterministic = true;
  const absl::StatusOr<Minimized> minimized = Minimize(failing, fake, fake.Options());
  EXPECT_EQ(minimized.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(fake.runs.size(), 2u) << "it went on";
}

TEST(Minimize, RefusesWhatDoesNotFailAsRecorded) {
  Fake fake([](const FakeRun& run) { return run.Has(2); });
  Schedule failing = fake.Failing(2, 2, Edits(3));
  failing.edits.erase(failing.edits.begin() + 1);
  const absl::StatusOr<Minimized> minimized = Minimize(failing, fake, fake.Options());
  EXPECT_EQ(minimized.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(minimized.status().message(),
            "the schedule does not fail as recorded: expected assertion missed-01, got pass");
}

TEST(Minimize, RefusesAScheduleThatPassed) {
  Fake fake([](const FakeRun&) { return true; });
  Schedule passing = fake.Failing(1, 1, {});
  passing.verdict.kind = VerdictKind::kPass;
  EXPECT_FALSE(Minimize(passing, fake, fake.Options()).ok());
}

TEST(Minimize, RefusesParametersThatTheScenarioDoesNotHave) {
  Fake fake([](const FakeRun&) { return true; });
  Schedule failing = fake.Failing(1, 1, {});
  MinimizeOptions options = fake.Options();
  options.parameters.pop_back();
  EXPECT_EQ(Minimize(failing, fake, options).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Minimize, ABugThatFailsByDefaultNeedsOneTryAtTheLeastParameters) {
  Fake fake([](const FakeRun&) { return true; });
  const Minimized result = MustMinimize(fake, fake.Failing(8, 64, Edits(5000, 8, 64)));
  EXPECT_TRUE(result.schedule.edits.empty());
  EXPECT_EQ(ValueOf(result.schedule, "workers"), 1);
  EXPECT_EQ(ValueOf(result.schedule, "iterations"), 1);
  EXPECT_EQ(ValueOf(result.schedule, "cost"), 0);
  EXPECT_LE(result.report.tries, 4u);
  EXPECT_EQ(result.report.searches, 0u);
}

TEST(Minimize, LeavesTheEditsThatAreNeededAndNoOther) {
  Fake fake([](const FakeRun& run) { return run.Has(17) && run.Has(33) && run.Has(99); });
  const Minimized result = MustMinimize(fake, fake.Failing(1, 1, Edits(200)));
  EXPECT_EQ(Ids(result.schedule), (std::vector<uint64_t>{17, 33, 99}));
}

TEST(Minimize, TakesTheWeakerFaultWhereThatIsEnough) {
  Fake fake([](const FakeRun& run) { return run.Has(1) && run.faults.contains("worker"); });
  Edit stall = FakeEdit(1);
  stall.choice = {EditChoice::Kind::kFault, "", 9, FaultKind::kStall};
  Fault restart = Crash("worker");
  restart.kind = Fault::Kind::kRestart;
  const Minimized result = MustMinimize(fake, fake.Failing(1, 1, {stall}, {restart}));
  ASSERT_EQ(result.schedule.faults.size(), 1u);
  EXPECT_EQ(result.schedule.faults[0].kind, Fault::Kind::kCrash);
  ASSERT_EQ(result.schedule.edits.size(), 1u);
  EXPECT_EQ(result.schedule.edits[0].choice.fault, FaultKind::kSlowThread);
  EXPECT_EQ(result.schedule.edits[0].choice.number, 1u);
  // Each was tried: stall to slow process, that to slow thread, and restart to crash.
  const auto& passes = result.report.passes;
  const auto weaken =
      std::find_if(passes.begin(), passes.end(), [](const auto& p) { return p.name == "weaken"; });
  ASSERT_NE(weaken, passes.end());
  EXPECT_GE(weaken->tries, 3u);
  EXPECT_EQ(weaken->successes, 3u);
}

TEST(Minimize, KeepsTheStrongerFaultWhereTheWeakerIsNotEnough) {
  Fake fake([](const FakeRun& run) {
    return run.Has(1) && !run.injected.contains(FaultKind::kSlowThread);
  });
  Edit stall = FakeEdit(1);
  stall.choice = {EditChoice::Kind::kFault, "", 9, FaultKind::kStall};
  const Minimized result = MustMinimize(fake, fake.Failing(1, 1, {stall}));
  ASSERT_EQ(result.schedule.edits.size(), 1u);
  EXPECT_EQ(result.schedule.edits[0].choice.fault, FaultKind::kSlowProcess);
}

TEST(Minimize, FindsAPairThatCanOnlyGoTogether) {
  // One of the two alone passes: a preemption and the one that undoes it.
  Fake fake([](const FakeRun& run) { return run.Has(5) && run.Has(3) == run.Has(8); });
  const Minimized result = MustMinimize(fake, fake.Failing(1, 1, Edits(9)));
  EXPECT_EQ(Ids(result.schedule), std::vector<uint64_t>{5});
}

TEST(Minimize, NeverTakesAnotherFailureForTheWantedOne) {
  Fake fake([](const FakeRun& run) { return run.Has(7) && run.Has(8); });
  const Schedule failing = fake.Failing(4, 4, Edits(20));
  fake.fails_otherwise = [](const FakeRun& run) {
    return run.edits.size() < 2 || run.workers == 1;
  };
  const Minimized result = MustMinimize(fake, failing);
  EXPECT_EQ(Ids(result.schedule), (std::vector<uint64_t>{7, 8}));
  EXPECT_EQ(ValueOf(result.schedule, "workers"), 2);
  EXPECT_EQ(result.schedule.verdict.signature, "missed-01");
  EXPECT_EQ(result.schedule.verdict.kind, VerdictKind::kAssertion);
}

TEST(Minimize, TellsOnceOfEachOtherFailureThatItMeets) {
  Fake fake([](const FakeRun& run) { return run.Has(7) && run.Has(8); });
  const Schedule failing = fake.Failing(4, 4, Edits(20));
  fake.fails_otherwise = [](const FakeRun& run) { return run.edits.size() < 2; };
  MinimizeOptions options = fake.Options();
  std::vector<std::string> met;
  options.met = [&](const Schedule& candidate, const std::string& signature) {
    EXPECT_LT(candidate.edits.size(), 2u);
    met.push_back(signature);
  };
  ASSERT_TRUE(Minimize(failing, fake, options).ok());
  EXPECT_EQ(met, std::vector<std::string>{"another"});
}

TEST(Minimize, TakesASignatureOfAnEarlierWeirForTheOneOfToday) {
  Fake fake([](const FakeRun& run) { return run.Has(7); });
  Schedule failing = fake.Failing(1, 1, Edits(20));
  fake.old_signature = "missed";
  failing.verdict.signature = "missed";
  const absl::StatusOr<Minimized> result = Minimize(failing, fake, fake.Options());
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->schedule.verdict.signature, "missed-01");
  EXPECT_EQ(Ids(result->schedule), std::vector<uint64_t>{7});
}

TEST(Minimize, DropsEditsAndFaultsThatDoNotApply) {
  Fake fake([](const FakeRun& run) { return run.Has(1) && run.faults.contains("worker"); });
  std::vector<Edit> edits = {FakeEdit(1), FakeEdit(2, 7), FakeEdit(3, 0, 40)};
  for (uint64_t id = 4; id < 1000; ++id) edits.push_back(FakeEdit(id, 7));
  const Minimized result =
      MustMinimize(fake, fake.Failing(1, 1, edits, {Crash("nobody"), Crash("worker")}));
  EXPECT_EQ(Ids(result.schedule), std::vector<uint64_t>{1});
  ASSERT_EQ(result.schedule.faults.size(), 1u);
  EXPECT_EQ(result.schedule.faults[0].process, "worker");
  EXPECT_LE(result.report.tries, 20u) << "they were deleted one by one";
}

TEST(Minimize, DropsAllFaultsWhereNoneIsNeeded) {
  Fake fake([](const FakeRun& run) { return run.Has(1); });
  const Minimized result =
      MustMinimize(fake, fake.Failing(2, 2, Edits(3), {Crash("a"), Crash("b"), Crash("c")}));
  EXPECT_TRUE(result.schedule.faults.empty());
}

TEST(Minimize, LeavesTheFaultsThatAreNeeded) {
  Fake fake(
      [](const FakeRun& run) { return run.faults.contains("b") && run.faults.contains("d"); });
  const Minimized result = MustMinimize(
      fake, fake.Failing(2, 2, {}, {Crash("a"), Crash("b"), Crash("c"), Crash("d"), Crash("e")}));
  ASSERT_EQ(result.schedule.faults.size(), 2u);
  EXPECT_EQ(result.schedule.faults[0].process, "b");
  EXPECT_EQ(result.schedule.faults[1].process, "d");
}

TEST(Minimize, FindsTheLastNeededEditByBinarySearch) {
  Fake fake(
      [](const FakeRun& run) { return run.Has(1000) && run.workers == 8 && run.iterations == 64; });
  const Schedule failing = fake.Failing(8, 64, Edits(4096), {}, "plain", 0);
  const absl::StatusOr<Minimized> result = Minimize(failing, fake, fake.Options());
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(Ids(result->schedule), std::vector<uint64_t>{1000});
  EXPECT_LE(TriesOf(result->report, "prefix"), 2 * 13u);  // log2(4096) + 1, twice
}

TEST(Minimize, MovedDownTakesRoundsOffAndDropsWhatIsBeforeThem) {
  const std::vector<Edit> edits = {FakeEdit(1, 0, 2), FakeEdit(2, 0, 5), FakeEdit(3, 0, 3)};
  const std::vector<Edit> moved = MovedDown(edits, 3);
  ASSERT_EQ(moved.size(), 2u);
  EXPECT_EQ(IdOf(moved[0]), 2u);
  EXPECT_EQ(moved[0].round, 2u);
  EXPECT_EQ(IdOf(moved[1]), 3u);
  EXPECT_EQ(moved[1].round, 0u);
}

TEST(Minimize, SlidesALateRoundToAnEarlyOne) {
  // Needs two edits in one round, whichever.
  const auto in_one_round = [](const FakeRun& run) {
    for (const auto& [round, id] : run.placed) {
      if (id == 7 && round >= 1 && run.placed.contains({round, 8})) return run.iterations >= 2;
    }
    return false;
  };
  Fake fake(in_one_round);
  std::vector<Edit> edits = Edits(6, 4, 60);
  edits.push_back(FakeEdit(7, 0, 61));
  edits.push_back(FakeEdit(8, 1, 61));
  const Minimized result = MustMinimize(fake, fake.Failing(8, 64, edits));
  EXPECT_EQ(ValueOf(result.schedule, "iterations"), 2);
  EXPECT_EQ(ValueOf(result.schedule, "workers"), 2);
  ASSERT_EQ(Ids(result.schedule), (std::vector<uint64_t>{7, 8}));
  EXPECT_EQ(result.schedule.edits[0].round, 1u);
  EXPECT_EQ(result.schedule.edits[1].round, 1u);
}

// The edits of the recorded failure mean nothing at smaller parameters, but there is another
// failure there.
TEST(Minimize, SearchesAnewWhereTheKeysAloneDoNotDoIt) {
  const auto needed = [](const FakeRun& run) {
    return static_cast<uint64_t>(1000 * run.workers + run.iterations);
  };
  Fake fake(
      [needed](const FakeRun& run) {
        return run.iterations >= 2 && run.workers >= 2 && run.Has(needed(run));
      },
      [needed](const FakeRun& at, uint64_t seed) {
        std::vector<Edit> edits = Edits(50 + seed);
        edits.push_back(FakeEdit(needed(at)));
        return edits;
      });
  std::vector<Edit> edits = Edits(3000, 8, 64);
  edits.push_back(FakeEdit(8064));
  Schedule failing = fake.Failing(8, 64, edits);
  failing.origin = {7, 4711, "portfolio", 0};
  const Minimized result = MustMinimize(fake, failing);
  EXPECT_EQ(result.schedule.origin, failing.origin);
  EXPECT_EQ(ValueOf(result.schedule, "workers"), 2);
  EXPECT_EQ(ValueOf(result.schedule, "iterations"), 2);
  EXPECT_EQ(Ids(result.schedule), std::vector<uint64_t>{2002});
}

// Long executions with many edits are not delta-debugged while a search at small parameters is
// possible.
TEST(Minimize, RunsHardlyAnythingAtTheRecordedParameters) {
  Fake fake([](const FakeRun& run) { return run.Has(3) && run.Has(4) && run.iterations >= 2; },
            [](const FakeRun& at, uint64_t) {
              return at.iterations >= 2 ? Edits(40) : std::vector<Edit>();
            });
  const Minimized result = MustMinimize(fake, fake.Failing(8, 64, Edits(5000)));
  EXPECT_EQ(Ids(result.schedule), (std::vector<uint64_t>{3, 4}));
  size_t large = 0;
  for (const Schedule& run : fake.runs) large += ValueOf(run, "iterations") > 2 ? 1 : 0;
  EXPECT_LE(large, 3u);  // twice for determinism, once for what does not apply
}

TEST(Minimize, TakesAnotherFailureWhereItNeedsFewerEdits) {
  // The recorded way needs four edits, another one two.
  Fake fake(
      [](const FakeRun& run) {
        return (run.Has(1) && run.Has(2) && run.Has(3) && run.Has(4)) ||
               (run.Has(11) && run.Has(12));
      },
      [](const FakeRun&, uint64_t seed) {
        return seed % 5 == 0 ? std::vector<Edit>{FakeEdit(11), FakeEdit(12), FakeEdit(13)}
                             : Edits(6);
      });
  const Minimized result = MustMinimize(fake, fake.Failing(1, 1, Edits(6), {}, "plain", 0));
  EXPECT_EQ(Ids(result.schedule), (std::vector<uint64_t>{11, 12}));
}

TEST(Minimize, LowersWaitersAndValues) {
  Fake fake([](const FakeRun& run) { return run.Has(1); });
  Schedule failing = fake.Failing(1, 1, {FakeEdit(1)});
  failing.edits[0].choice = {EditChoice::Kind::kValue, "", 900};
  const Minimized result = MustMinimize(fake, failing);
  ASSERT_EQ(result.schedule.edits.size(), 1u);
  EXPECT_EQ(result.schedule.edits[0].choice.number, 1u);
}

TEST(Minimize, RunsNoCandidateTwice) {
  Fake fake([](const FakeRun& run) { return run.Has(5) && run.Has(9) && run.workers >= 2; });
  const Schedule failing = fake.Failing(8, 8, Edits(30, 2, 4));
  const Minimized result = MustMinimize(fake, failing);
  EXPECT_GT(result.report.cached, 0u);
  std::set<std::string> texts;
  size_t same = 0;
  for (Schedule run : fake.runs) {
    run.verdict = {};
    run.points = run.fingerprint = 0;
    same += texts.insert(FormatSchedule(run)).second ? 0 : 1;
  }
  EXPECT_LE(same, 2u);  // the two of the determinism check, and the first candidate
}

TEST(Minimize, HandsOverEachBetterOneAndTheLastIsTheResult) {
  Fake fake([](const FakeRun& run) { return run.Has(40) && run.Has(90); });
  const Schedule failing = fake.Failing(4, 4, Edits(400));
  MinimizeOptions options = fake.Options();
  std::vector<Schedule> handed;
  options.improved = [&](const Schedule& schedule) { handed.push_back(schedule); };
  const absl::StatusOr<Minimized> result = Minimize(failing, fake, options);
  ASSERT_TRUE(result.ok());
  ASSERT_FALSE(handed.empty());
  EXPECT_EQ(handed.back(), result->schedule);
  for (size_t i = 0; i < handed.size(); ++i) {
    EXPECT_EQ(handed[i].verdict.signature, "missed-01");
    EXPECT_EQ(handed[i].fingerprint, fake.Run(handed[i]).fingerprint) << "not recorded";
    if (i > 0) EXPECT_LE(handed[i].edits.size(), handed[i - 1].edits.size());
  }
}

TEST(Minimize, GivesTheBestSoFarWhenTheTimeIsUp) {
  for (int most = 0; most < 60; ++most) {
    Fake fake([](const FakeRun& run) { return run.Has(40) && run.Has(90) && run.workers >= 2; });
    const Schedule failing = fake.Failing(8, 4, Edits(200));
    MinimizeOptions options = fake.Options();
    int asked = 0;
    options.expired = [&] { return ++asked > most; };
    std::optional<Schedule> handed;
    options.improved = [&](const Schedule& schedule) { handed = schedule; };
    const absl::StatusOr<Minimized> result = Minimize(failing, fake, options);
    ASSERT_TRUE(result.ok());
    EXPECT_FALSE(result->report.finished);
    EXPECT_EQ(fake.Run(result->schedule).signature, "missed-01");
    EXPECT_LE(result->schedule.edits.size(), failing.edits.size());
    if (handed) EXPECT_EQ(*handed, result->schedule);
    EXPECT_LE(fake.runs.size(), static_cast<size_t>(most) + 3);
  }
}

// What was recorded anew fails in another way: it must not be handed over, and the minimiser ends.
class Unsteady final : public Executor {
 public:
  explicit Unsteady(Fake& fake) : fake_(fake) {}
  Outcome Run(const Schedule& schedule) override { return fake_.Run(schedule); }
  Schedule Record(const Schedule& schedule) override {
    Schedule recorded = fake_.Record(schedule);
    if (schedule.edits.size() < 4) recorded.verdict.kind = VerdictKind::kNondeterminism;
    return recorded;
  }
  std::optional<Schedule> Search(const Schedule&, uint64_t, uint64_t) override {
    return std::nullopt;
  }

 private:
  Fake& fake_;
};

TEST(Minimize, KeepsToWhatCouldBeRecorded) {
  Fake fake([](const FakeRun& run) { return run.Has(2); });
  const Schedule failing = fake.Failing(1, 1, Edits(12), {}, "plain", 0);
  Unsteady unsteady(fake);
  MinimizeOptions options = fake.Options();
  options.improved = [](const Schedule& schedule) {
    EXPECT_EQ(schedule.verdict.kind, VerdictKind::kAssertion);
  };
  const absl::StatusOr<Minimized> result = Minimize(failing, unsteady, options);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->schedule.verdict.kind, VerdictKind::kAssertion);
  EXPECT_GE(result->schedule.edits.size(), 4u);
}

TEST(Minimize, ReportsWhatItDid) {
  Fake fake([](const FakeRun& run) { return run.Has(2) && run.iterations >= 2; });
  const Minimized result = MustMinimize(fake, fake.Failing(2, 8, Edits(20)));
  EXPECT_EQ(result.report.before.edits, 20u);
  EXPECT_EQ(result.report.before.points, 1600u);
  EXPECT_EQ(result.report.after.edits, 1u);
  EXPECT_EQ(result.report.after.points, 200u);
  EXPECT_EQ(result.report.tries, fake.runs.size());
  uint64_t tries = 0;
  for (const PassReport& pass : result.report.passes) tries += pass.tries;
  EXPECT_EQ(tries, result.report.tries);
  EXPECT_GE(result.report.rounds, 1u);
}

// Any monotone need: a random set of edits at random least parameters. 1-minimal means: exactly
// that set.
TEST(Minimize, FindsExactlyWhatAnyMonotoneFailureNeeds) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    std::set<uint64_t> needed;
    for (uint32_t i = random.Below(6); i > 0; --i) needed.insert(1 + random.Below(100));
    const int64_t workers = 1 + random.Below(8), iterations = 1 + random.Below(64);
    Fake fake([&](const FakeRun& run) {
      return run.workers >= workers && run.iterations >= iterations &&
             std::includes(run.edits.begin(), run.edits.end(), needed.begin(), needed.end());
    });
    const Minimized result = MustMinimize(fake, fake.Failing(8, 64, Edits(100)));
    const std::vector<uint64_t> ids = Ids(result.schedule);
    ASSERT_EQ(std::set<uint64_t>(ids.begin(), ids.end()), needed) << "seed " << seed;
    ASSERT_EQ(ValueOf(result.schedule, "workers"), workers) << "seed " << seed;
    ASSERT_EQ(ValueOf(result.schedule, "iterations"), iterations) << "seed " << seed;
    ASSERT_LT(result.report.tries, 600u) << "seed " << seed;
  }
}

// Any failure at all, however little it has of a pattern: it ends, fails alike, and no single edit
// can go.
TEST(Minimize, LeavesNoSingleEditThatCouldGo) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const auto erratic = [seed](const FakeRun& run) {
      if (run.edits.size() == 40) return true;
      uint64_t hash = seed;
      for (const uint64_t id : run.edits) hash = Mix(hash ^ id);
      return hash % 3 == 0 && !run.edits.empty();
    };
    Fake fake(erratic);
    const Minimized result = MustMinimize(fake, fake.Failing(1, 1, Edits(40), {}, "plain", 0));
    for (size_t i = 0; i < result.schedule.edits.size(); ++i) {
      Schedule less = result.schedule;
      less.edits.erase(less.edits.begin() + static_cast<long>(i));
      ASSERT_NE(fake.Run(less).signature, "missed-01") << "seed " << seed << ", edit " << i;
    }
    ASSERT_EQ(fake.Run(result.schedule).signature, "missed-01");
  }
}

}  // namespace
}  // namespace weir::sim
