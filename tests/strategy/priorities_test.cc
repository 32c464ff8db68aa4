#include "sim/strategy/priorities.h"

#include <gtest/gtest.h>

#include <vector>

namespace weir::sim {
namespace {

// Against the plain thing: a list of all threads, the highest first, that is scanned. 2,000
// sequences of random operations each, long enough for the yielded band (512 levels) to be
// compacted many times.
TEST(Priorities, AgreeWithASortedList) {
  Priorities priorities;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    Random levels = random.Fork();
    priorities.Clear();
    const uint32_t threads = 1 + random.Below(kMaxThreads);
    ThreadSet runnable;
    runnable.Clear();
    std::vector<ThreadSlot> sorted;
    for (ThreadSlot thread = 0; thread < threads; ++thread) runnable.Insert(thread);
    priorities.Follow(runnable, levels);
    // The initial order is random: read it by taking the highest away until none is left.
    while (runnable.count() > 0) {
      sorted.push_back(priorities.Highest());
      runnable.Erase(sorted.back());
      priorities.Follow(runnable, levels);
    }
    runnable.Insert(0);

    int lowered = Priorities::kLoweredLevels;
    for (int i = 0; i < 5'000; ++i) {
      const auto thread = static_cast<ThreadSlot>(random.Below(threads));
      switch (random.Below(4)) {
        case 0:
          if (!runnable.Contains(thread)) runnable.Insert(thread);
          break;
        case 1:
          if (runnable.Contains(thread) && runnable.count() > 1) runnable.Erase(thread);
          break;
        case 2:
          priorities.LowerBelowAll(thread);
          std::erase(sorted, thread);
          sorted.push_back(thread);
          break;
        case 3: {
          // Lowered levels lie between those of the start and those that yielded; once each,
          // downwards, before the first yield: after one the list does not know where the bands
          // meet.
          if (i > 0 || lowered == 0) break;
          priorities.Lower(thread, --lowered);
          std::erase(sorted, thread);
          sorted.push_back(thread);
          break;
        }
      }
      priorities.Follow(runnable, levels);
      const auto expected = std::ranges::find_if(
          sorted, [&](ThreadSlot candidate) { return runnable.Contains(candidate); });
      ASSERT_EQ(priorities.Highest(), *expected) << "seed " << seed << ", operation " << i;
    }
  }
}

TEST(Priorities, LoweredLiesBelowTheStartAndAboveWhatYielded) {
  Priorities priorities;
  Random random(1);
  ThreadSet runnable;
  runnable.Clear();
  for (int thread = 0; thread < 4; ++thread) runnable.Insert(thread);
  priorities.Clear();
  priorities.Follow(runnable, random);
  priorities.LowerBelowAll(0);
  priorities.Lower(1, 0);
  priorities.Lower(2, 5);
  for (const ThreadSlot expected : {3, 2, 1, 0}) {
    EXPECT_EQ(priorities.Highest(), expected);
    runnable.Erase(expected);
    priorities.Follow(runnable, random);
  }
}

// A slot is reused: the second thread in it draws a level of its own, instead of inheriting that of
// the first one, which had yielded. It is above the other thread in half of 400 cases, ± 5 · 10.
TEST(Priorities, AThreadInAReusedSlotIsANewThread) {
  int above = 0;
  Priorities priorities;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    Random random(seed);
    ThreadSet runnable;
    runnable.Clear();
    runnable.Insert(0);
    runnable.Insert(1);
    priorities.Clear();
    priorities.Follow(runnable, random);
    priorities.LowerBelowAll(1);
    if (seed % 2 == 0) priorities.Retire(1);  // seen at its end while it can still run …
    runnable.Erase(1);
    priorities.Follow(runnable, random);
    if (seed % 2 == 1) priorities.Retire(1);  // … or when it cannot any more
    runnable.Insert(1);
    priorities.Follow(runnable, random);
    above += priorities.Highest() == 1;
  }
  EXPECT_NEAR(above, 200, 50);
}

// As many threads as there can be, over and over in reused slots: levels are given back.
TEST(Priorities, LevelsDoNotRunOut) {
  Priorities priorities;
  priorities.Clear();
  Random random(1);
  ThreadSet runnable;
  runnable.Clear();
  for (int round = 0; round < 100; ++round) {
    for (int thread = 0; thread < kMaxThreads; ++thread) runnable.Insert(thread);
    priorities.Follow(runnable, random);
    for (int thread = 0; thread < kMaxThreads; ++thread) {
      priorities.Retire(static_cast<ThreadSlot>(thread));
      runnable.Erase(thread);
    }
    priorities.Follow(runnable, random);
  }
  EXPECT_EQ(priorities.updates(), 100u * 3 * kMaxThreads);
}

}  // namespace
}  // namespace weir::sim
