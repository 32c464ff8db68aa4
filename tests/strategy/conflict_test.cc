#include "sim/strategy/conflict.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/strategy/toy.h"

namespace weir::sim {
namespace {

int g_object;
int g_other[64];

// Thread 0 accesses the object at its steps 30 and 31, thread 1 at its step 30; all other steps are
// on objects of their own. Looked for is thread 1's access in between. A constraint asks for just
// that if it is "before" (1/2), of the three accesses draws the second as B (1/3); whatever else
// happens, it is kept. So of 1,200 executions 200 are expected by that alone, standard deviation
// 12.9. A random walk finds it where it is in step by chance: thread 1 at the one place of 31 (some
// 5 % of the executions for the least sticky one, less for the others).
TEST(Conflict, AConstraintBringsAboutARareOrder) {
  Toy toy(2, 40);
  toy.On([](int thread, int step) {
    if (step == 30 || (thread == 0 && step == 31)) return Toy::Event{&g_object};
    return Toy::Event{&g_other[thread * 32 + step % 32]};
  });
  const Profile profile = toy.MakeProfile();
  ASSERT_EQ(profile.objects.size(), 1u);
  ASSERT_EQ(profile.accesses.size(), 3u);
  const auto count = [&](const Profile* known) {
    ConflictStrategy strategy;
    int between = 0;
    for (uint64_t index = 0; index < 1'200; ++index) {
      int steps[2] = {};
      for (const ThreadSlot thread : toy.Run(strategy, {.index = index, .profile = known}).order) {
        if (thread == 1 && steps[1] == 30) {
          between += steps[0] == 31;
          break;
        }
        ++steps[thread];
      }
    }
    return between;
  };
  EXPECT_GT(count(&profile), 200 - 5 * 12.9);
  EXPECT_LT(count(nullptr), 100);  // its walk alone
}

// Twenty threads write the object, the last one looks at it. That it looks before all of them is a
// "from" constraint (1/2) whose look is the only one there is (drawn within nine attempts with
// probability 1 − (20/21)^9 = 0.36) and whose source is the begin (1/2): 9 % of the executions.
// Each constraint of the form "before" orders the look before one of the writes only. A walk gets
// there in 1/21 of the executions at most. Of 2,000 executions 178 are expected by that alone,
// standard deviation 12.7.
TEST(Conflict, AnAccessMayComeBeforeAllOthers) {
  constexpr int kThreads = 21;
  Toy toy(kThreads, 12);
  toy.On([](int thread, int step) {
    return Toy::Event{step == 10 ? &g_object : nullptr, thread == kThreads - 1};
  });
  const Profile profile = toy.MakeProfile();
  ConflictStrategy strategy;
  int first = 0;
  for (uint64_t index = 0; index < 2'000; ++index) {
    int steps[kThreads] = {};
    for (const ThreadSlot thread : toy.Run(strategy, {.index = index, .profile = &profile}).order) {
      if (steps[thread]++ != 10) continue;
      first += thread == kThreads - 1;
      break;
    }
  }
  EXPECT_GT(first, 178 - 5 * 12.7);
}

// Thread 1's access waits for thread 0 to be through: it can not come before any access of that.
// Whoever is held is let go when nobody else can run, and when all others only spin.
class ConflictThatCanNotBe : public testing::TestWithParam<Toy::Outcome> {};

INSTANTIATE_TEST_SUITE_P(, ConflictThatCanNotBe,
                         testing::Values(Toy::Outcome::kWaits, Toy::Outcome::kSpins),
                         [](const auto& info) {
                           return info.param == Toy::Outcome::kWaits ? "Waiting" : "Spinning";
                         });

TEST_P(ConflictThatCanNotBe, IsDropped) {
  Toy toy(2, 10, [](Toy& self, int thread, int step) {
    if (thread == 1 && step == 0 && self.done(0) < 9) return GetParam();
    if (thread == 0) self.Wake(1);
    return Toy::Outcome::kDone;
  });
  toy.On([](int, int) { return Toy::Event{&g_object}; });
  const Profile profile = toy.MakeProfile();
  ConflictStrategy strategy;
  for (uint64_t index = 0; index < 2'000; ++index) {
    const auto result = toy.Run(strategy, {.index = index, .profile = &profile}, 2'000);
    ASSERT_TRUE(result.finished) << "execution " << index;
  }
}

// Thread 0 accesses the object at its last step but one, thread 1 near its begin: a constraint of
// the form "from" holds thread 1 until then, for most of the 20,000 steps. It is let go earlier.
TEST(Conflict, NobodyIsHeldForLong) {
  constexpr int kSteps = 20'000;
  Toy toy(2, kSteps);
  toy.On([](int thread, int step) {
    return Toy::Event{step == (thread == 0 ? kSteps - 2 : 2) ? &g_object : nullptr};
  });
  const Profile profile = toy.MakeProfile();
  ASSERT_EQ(profile.accesses.size(), 2u);
  ConflictStrategy strategy;
  uint64_t longest = 0;
  for (uint64_t index = 0; index < 300; ++index) {
    const auto order = toy.Run(strategy, {.index = index, .profile = &profile}).order;
    longest = std::max(longest, WaitBefore(order, 1, 2));
  }
  // Behind the longest hold the walk may leave it alone for a while.
  EXPECT_GT(longest, uint64_t{1} << ConflictStrategy::kShortestHoldLog);
  EXPECT_LT(longest, kSteps - 3'000);
}

}  // namespace
}  // namespace weir::sim
