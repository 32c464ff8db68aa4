#include "sim/engine/thread_set.h"

#include <gtest/gtest.h>

#include <set>

#include "sim/engine/random.h"

namespace weir::sim {
namespace {

TEST(ThreadSet, AgreesWithStdSetUnderRandomUse) {
  ThreadSet set = {};
  std::set<int> model;
  Random random(3);
  for (int step = 0; step < 50'000; ++step) {
    const int slot = static_cast<int>(random.Below(kMaxThreads));
    if (model.erase(slot) != 0) {
      set.Erase(slot);
    } else {
      set.Insert(slot);
      model.insert(slot);
    }
    ASSERT_EQ(set.count(), static_cast<int>(model.size()));
    ASSERT_EQ(set.Lowest(), model.empty() ? kNoThread : *model.begin());
    const int from = static_cast<int>(random.Below(kMaxThreads));
    const auto next = model.lower_bound(from);
    ASSERT_EQ(set.LowestFrom(from), next == model.end() ? kNoThread : *next);
  }
  std::set<int> seen;
  for (int i = 0; i < set.count(); ++i) seen.insert(set.Nth(i));
  EXPECT_EQ(seen, model);
}

TEST(ThreadSet, AfterGoesRoundToTheLowest) {
  ThreadSet set = {};
  for (int slot : {2, 70, 255}) set.Insert(slot);
  EXPECT_EQ(set.After(2), 70);
  EXPECT_EQ(set.After(70), 255);
  EXPECT_EQ(set.After(255), 2);
  EXPECT_EQ(set.After(100), 255);
}

}  // namespace
}  // namespace weir::sim
