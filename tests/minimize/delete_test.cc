#include "sim/minimize/delete.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "sim/engine/random.h"

namespace weir::sim {
namespace {

// A list of numbers that fails while `fails` holds.
struct Numbers {
  std::vector<int> items;
  std::function<bool(const std::vector<int>&)> fails;
  int tries = 0;

  bool Keep(std::vector<int> less) {
    ++tries;
    if (!fails(less)) return false;
    items = std::move(less);
    return true;
  }
  Deletable list() {
    return {.size = [this] { return items.size(); },
            .try_without =
                [this](size_t begin, size_t end) {
                  EXPECT_LT(begin, end);
                  EXPECT_LE(end, items.size());
                  std::vector<int> less = items;
                  less.erase(less.begin() + static_cast<long>(begin),
                             less.begin() + static_cast<long>(end));
                  return Keep(std::move(less));
                },
            .expired = [] { return false; }};
  }
};

Numbers UpTo(int count, std::vector<int> needed) {
  Numbers numbers;
  for (int i = 0; i < count; ++i) numbers.items.push_back(i);
  numbers.fails = [needed = std::move(needed)](const std::vector<int>& items) {
    return std::includes(items.begin(), items.end(), needed.begin(), needed.end());
  };
  return numbers;
}

TEST(DeltaDebug, DeletesAllInOneTryWhereNothingIsNeeded) {
  Numbers numbers = UpTo(1000, {});
  DeltaDebug(numbers.list());
  EXPECT_TRUE(numbers.items.empty());
  EXPECT_EQ(numbers.tries, 1);
}

TEST(DeltaDebug, LeavesExactlyWhatIsNeeded) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    const int count = 1 + static_cast<int>(random.Below(200));
    std::vector<int> needed;
    for (int i = 0; i < count; ++i) {
      if (random.Below(20) == 0) needed.push_back(i);
    }
    Numbers numbers = UpTo(count, needed);
    DeltaDebug(numbers.list());
    ASSERT_EQ(numbers.items, needed) << "seed " << seed;
  }
}

TEST(DeltaDebug, NeedsFewTriesForAFewOfMany) {
  Numbers numbers = UpTo(4096, {100, 2000, 4000});
  DeltaDebug(numbers.list());
  EXPECT_EQ(numbers.items, (std::vector<int>{100, 2000, 4000}));
  EXPECT_LE(numbers.tries,
            120);  // 3 needed, each splits 12 times, both halves are tried, and a last sweep
}

TEST(DeltaDebug, TouchesNothingInAnEmptyList) {
  Numbers numbers = UpTo(0, {});
  DeltaDebug(numbers.list());
  DeleteAdaptively(numbers.list());
  EXPECT_EQ(numbers.tries, 0);
}

TEST(DeltaDebug, StopsWhenTheTimeIsUp) {
  Numbers numbers = UpTo(1000, {1, 500, 999});
  Deletable list = numbers.list();
  list.expired = [&] { return numbers.tries >= 10; };
  DeltaDebug(list);
  EXPECT_LE(numbers.tries, 11);
}

TEST(DeleteAdaptively, LeavesExactlyWhatIsNeeded) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    const int count = 1 + static_cast<int>(random.Below(200));
    std::vector<int> needed;
    for (int i = 0; i < count; ++i) {
      if (random.Below(20) == 0) needed.push_back(i);
    }
    Numbers numbers = UpTo(count, needed);
    DeleteAdaptively(numbers.list());
    ASSERT_EQ(numbers.items, needed) << "seed " << seed;
  }
}

TEST(DeleteAdaptively, DoublesWhileItStillFails) {
  Numbers numbers = UpTo(1023, {});
  DeleteAdaptively(numbers.list());
  EXPECT_TRUE(numbers.items.empty());
  EXPECT_EQ(numbers.tries, 10);  // 1 + 2 + 4 + … + 512
}

TEST(DeletePairs, DeletesTwoThatCanOnlyGoTogether) {
  Numbers numbers = UpTo(8, {});
  numbers.fails = [](const std::vector<int>& items) {
    const auto has = [&](int i) { return std::find(items.begin(), items.end(), i) != items.end(); };
    return has(4) && has(1) == has(6) && has(0) == has(7) && has(2) && has(3) && has(5);
  };
  DeltaDebug(numbers.list());
  EXPECT_EQ(numbers.items.size(), 8u);
  DeletePairs(numbers.list(), [&](size_t first, size_t second) {
    EXPECT_LT(first, second);
    EXPECT_LT(second, numbers.items.size());
    std::vector<int> less = numbers.items;
    less.erase(less.begin() + static_cast<long>(second));
    less.erase(less.begin() + static_cast<long>(first));
    return numbers.Keep(std::move(less));
  });
  EXPECT_EQ(numbers.items, (std::vector<int>{2, 3, 4, 5}));
}

}  // namespace
}  // namespace weir::sim
