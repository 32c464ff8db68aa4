#include "sim/strategy/surw.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/strategy/toy.h"

namespace weir::sim {
namespace {

int g_objects[8];

// The place of thread 1's only access among those of thread 0, counted over executions.
std::vector<int> PlacesOfTheOnlyAccess(Toy& toy, int places, int executions,
                                       int (*access_of)(int thread, int step)) {
  SurwStrategy strategy;
  const Profile profile = toy.MakeProfile();
  std::vector<int> counts(places);
  for (int index = 0; index < executions; ++index) {
    int before = 0;
    int steps[8] = {};
    for (const ThreadSlot thread :
         toy.Run(strategy, {.index = static_cast<uint64_t>(index), .profile = &profile}).order) {
      const int accesses = access_of(thread, steps[thread]++);
      if (accesses == 0) continue;
      if (thread == 1) break;
      before += accesses;
    }
    ++counts[before];
  }
  return counts;
}

// Nine accesses against one to the same object: thread 1's is at each of the ten places with the
// same chance. A walk that takes each thread with equal chances has it first in half of the
// executions. 10 cells, exceeded once in 1,000: 27.9.
TEST(Surw, EveryOrderOfTheSelectedEventsHasTheSameChance) {
  const auto access_of = [](int thread, int step) {
    if (step == 0) return 0;  // the begin, before which there is no point
    return thread == 0 || step == 1 ? 1 : 0;
  };
  Toy toy(2, 10);
  toy.On([=](int thread, int step) {
    return Toy::Event{access_of(thread, step) != 0 ? &g_objects[0] : nullptr};
  });
  EXPECT_LT(ChiSquared(PlacesOfTheOnlyAccess(toy, 10, 10'000, access_of)), 27.9);
}

// The same with six more steps on nothing before thread 1's access: they do not shift it.
TEST(Surw, EventsThatAreNotSelectedDoNotMatter) {
  const auto access_of = [](int thread, int step) {
    return thread == 0 ? (step < 5 ? 1 : 0) : (step == 6 ? 1 : 0);
  };
  Toy toy(2, 9);
  toy.On([=](int thread, int step) {
    return Toy::Event{access_of(thread, step) != 0 ? &g_objects[0] : nullptr};
  });
  EXPECT_LT(ChiSquared(PlacesOfTheOnlyAccess(toy, 6, 10'000, access_of)), 20.5);
}

// Thread 1 is not in the profile, as where main ends before it runs. It weighs 1 all the same: with
// no weight its first access would always come behind the nine of thread 0, which has them ahead of
// it. Intended in one of ten draws, it comes before that in 1 − 0.9 · 8/9 · … > half of the
// executions.
TEST(Surw, WhoIsNotInTheProfileIsLetRunAllTheSame) {
  const auto on = [](int, int step) { return Toy::Event{step == 0 ? nullptr : &g_objects[0]}; };
  Toy seen(3, 10), toy(2, 10);
  seen.On(on);
  toy.On(on);
  Profile profile = seen.MakeProfile();
  profile.by_id.erase(profile.threads[1].id);
  SurwStrategy strategy;
  int early = 0;
  for (uint64_t index = 0; index < 100; ++index) {
    int steps[2] = {};
    for (const ThreadSlot thread : toy.Run(strategy, {.index = index, .profile = &profile}).order) {
      if (thread == 1 && steps[1] == 1) break;
      ++steps[thread];
    }
    early += steps[0] < 10;
  }
  EXPECT_GT(early, 20);
}

// Thread 0 creates threads 1 and 2 after its own first access. Of the orders of the accesses 0, 0,
// 1, 2 with a 0 first there are six for the three behind it, all with the same chance: whoever
// creates threads has their events too.
TEST(Surw, WhoCreatesThreadsHasTheirEvents) {
  Toy toy(3, 2, [](Toy& self, int thread, int step) {
    if (thread == 0 && step == 0) {
      self.Wake(1);
      self.Wake(2);
    }
    return Toy::Outcome::kDone;
  });
  toy.StartWith(1).On([](int thread, int step) {
    return Toy::Event{thread == 0 || step == 1 ? &g_objects[0] : nullptr};
  });
  const Profile profile = toy.MakeProfile();
  ASSERT_EQ(profile.threads.size(), 3u);
  EXPECT_EQ(profile.threads[1].parent, 0u);
  SurwStrategy strategy;
  std::vector<int> counts(9);
  for (uint64_t index = 0; index < 6'000; ++index) {
    std::vector<int> accesses;
    int steps[3] = {};
    for (const ThreadSlot thread : toy.Run(strategy, {.index = index, .profile = &profile}).order) {
      if (steps[thread]++ == 1 || thread == 0) accesses.push_back(thread);
    }
    ASSERT_EQ(accesses.size(), 4u);
    ++counts[accesses[1] * 3 + accesses[2]];
  }
  std::erase(counts, 0);
  ASSERT_EQ(counts.size(), 6u);
  EXPECT_LT(ChiSquared(counts), 20.5);
}

// Threads 0 and 1 are held at an access when thread 2 stops thread 1. Thread 0 is alone then, goes
// on without anybody being asked, wakes thread 1 and spins until that has done its access.
TEST(Surw, WhoWasHeldAndWentOnAloneIsNotHeldAnyMore) {
  Toy toy(3, 3, [](Toy& self, int thread, int step) {
    if (thread == 2 && step == 2 && self.done(1) < 2) self.Stop(1);
    if (thread != 0 || step != 2 || self.done(1) >= 2) return Toy::Outcome::kDone;
    self.Wake(1);
    return Toy::Outcome::kSpins;
  });
  toy.On([](int thread, int step) {
    return Toy::Event{thread < 2 && step == 1 ? &g_objects[0] : nullptr};
  });
  const Profile profile = toy.MakeProfile();
  SurwStrategy strategy;
  for (uint64_t index = 0; index < 200; ++index) {
    const Toy::Result result =
        toy.Run(strategy, {.index = index, .profile = &profile}, 10'000, Toy::Asks::kNotWhenAlone);
    EXPECT_TRUE(result.finished) << index;
  }
}

// Threads 1 and 2 spin, without an access, until thread 0 has done the one at which it is held.
TEST(Surw, SpinnersThatWaitForOneThatIsHeldLetItGo) {
  Toy toy(3, 3, [](Toy& self, int thread, int step) {
    const bool waits = thread > 0 && step == 1 && self.done(0) < 2;
    return waits ? Toy::Outcome::kSpins : Toy::Outcome::kDone;
  });
  toy.On([](int, int step) { return Toy::Event{step == 1 ? nullptr : &g_objects[0]}; });
  const Profile profile = toy.MakeProfile();
  SurwStrategy strategy;
  for (uint64_t index = 0; index < 200; ++index) {
    const Toy::Result result = toy.Run(strategy, {.index = index, .profile = &profile}, 1'000);
    EXPECT_TRUE(result.finished) << index;
  }
}

// Thread 0 comes to its access at its last step but one, thread 1 near its begin: when thread 0 is
// the intended one, thread 1 would be held for most of the 30,000 steps. It is let go earlier.
TEST(Surw, NobodyIsHeldForLong) {
  constexpr int kSteps = 30'000;
  Toy toy(2, kSteps);
  toy.On([](int thread, int step) {
    return Toy::Event{step == (thread == 0 ? kSteps - 2 : 2) ? &g_objects[0] : nullptr};
  });
  const Profile profile = toy.MakeProfile();
  SurwStrategy strategy;
  uint64_t longest = 0;
  for (uint64_t index = 0; index < 50; ++index) {
    const auto order = toy.Run(strategy, {.index = index, .profile = &profile}).order;
    longest = std::max(longest, WaitBefore(order, 1, 2));
  }
  EXPECT_GT(longest, kSlicePoints - 1'000);
  EXPECT_LT(longest, kSlicePoints + 1'000);
}

// N − 1 threads write two objects one after the other, the last thread reads both, the one that is
// written first, first. What is looked for: it reads the second one when nobody has written it and
// somebody the first. With the second object selected (a quarter of the executions at least: one
// object 1/2, this one 1/2) its read is the first of 20 accesses with probability 1/20, and it
// reads the first one before that; somebody has written that by then unless the reader was the
// first of all. A random walk finds it once in some 1,200 executions. Of 2,000 executions 25 are
// expected; fewer than 8 have a probability below 10^-4.
TEST(Surw, FindsWhatOneOfManyThreadsMustDoFirst) {
  constexpr int kThreads = 20;
  Toy toy(kThreads, 3);
  toy.On([](int thread, int step) {
    return Toy::Event{step == 0 ? nullptr : &g_objects[step], thread == kThreads - 1};
  });
  const Profile profile = toy.MakeProfile();
  EXPECT_EQ(profile.objects.size(), 2u);
  SurwStrategy strategy;
  int found = 0;
  for (uint64_t index = 0; index < 2'000; ++index) {
    bool set[3] = {};
    bool seen = false;
    int steps[kThreads] = {};
    for (const ThreadSlot thread : toy.Run(strategy, {.index = index, .profile = &profile}).order) {
      const int step = steps[thread]++;
      if (thread < kThreads - 1) {
        set[step] = true;
      } else if (step == 1) {
        seen = set[1];
      } else if (step == 2) {
        found += seen && !set[2];
        break;
      }
    }
  }
  EXPECT_GE(found, 8);
}

}  // namespace
}  // namespace weir::sim
