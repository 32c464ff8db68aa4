// What the minimiser makes of a scenario's parameters.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "sim/minimize/minimize.h"
#include "tests/minimize/fake.h"

namespace weir::sim {
namespace {

TEST(Minimize, ShrinksEachParameterAsFarAsItGoes) {
  Fake fake([](const FakeRun& run) {
    return run.Has(1) && run.workers >= 3 && run.iterations >= 5 && run.cost >= 700 &&
           run.mode == 1;
  });
  const Minimized result = MustMinimize(fake, fake.Failing(8, 64, Edits(9), {}, "odd", 900'000));
  EXPECT_EQ(ValueOf(result.schedule, "workers"), 3);
  EXPECT_EQ(ValueOf(result.schedule, "iterations"), 5);
  EXPECT_EQ(ValueOf(result.schedule, "cost"), 700);
  EXPECT_EQ(ValueOf(result.schedule, "mode"), 1);
}

// Two iterations at a large cost fail as thirty at a small one do: what is declared first counts
// more.
TEST(Minimize, LetsALaterParameterStandInForAnEarlierOne) {
  Fake fake(
      [](const FakeRun& run) { return run.iterations * std::min<int64_t>(run.cost, 60) >= 90; });
  const Minimized result = MustMinimize(fake, fake.Failing(8, 30, Edits(9), {}, "odd", 3));
  EXPECT_EQ(ValueOf(result.schedule, "iterations"), 2);
  EXPECT_EQ(ValueOf(result.schedule, "cost"), 45);
}

TEST(Minimize, TriesTheNamesOfAParameterFromTheFirst) {
  Fake fake([](const FakeRun& run) { return run.mode >= 1; });
  const Minimized result = MustMinimize(fake, fake.Failing(1, 1, {}, {}, "wrapped"));
  EXPECT_EQ(result.schedule.parameters[3].value, (std::variant<int64_t, std::string>("odd")));
}

// In one iteration it takes eight edits, in two a single one.
bool FailsEasilyInTwoIterations(const FakeRun& run) {
  if (run.iterations >= 2) return run.Has(1);
  return run.edits.size() == 8;
}

std::vector<Edit> EightOrOne(const FakeRun& at, uint64_t) {
  return at.iterations >= 2 ? std::vector<Edit>{FakeEdit(1), FakeEdit(20)} : Edits(8);
}

TEST(Minimize, TakesALittleMoreOfAParameterWhereThatSavesManyEdits) {
  Fake fake(FailsEasilyInTwoIterations, EightOrOne);
  const Minimized result = MustMinimize(fake, fake.Failing(1, 1, Edits(8)));
  EXPECT_EQ(ValueOf(result.schedule, "iterations"), 2);
  EXPECT_EQ(Ids(result.schedule), std::vector<uint64_t>{1});
}

TEST(Minimize, GivesFewEditsNotUpForASmallerParameter) {
  Fake fake(FailsEasilyInTwoIterations, EightOrOne);
  const Minimized result = MustMinimize(fake, fake.Failing(8, 64, Edits(200)));
  EXPECT_EQ(ValueOf(result.schedule, "iterations"), 2);
  EXPECT_EQ(Ids(result.schedule), std::vector<uint64_t>{1});
}

}  // namespace
}  // namespace weir::sim
