#include "sim/engine/timers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "sim/engine/random.h"

namespace weir::sim {
namespace {

class TimersTest : public testing::Test {
 protected:
  TimersTest() { timers_.Clear(); }

  auto Places() {
    return [this](ThreadSlot slot) -> TimerPlace& { return places_[slot]; };
  }
  void Push(uint64_t deadline_ns, ThreadSlot slot) { timers_.Push(deadline_ns, slot, Places()); }
  ThreadSlot Pop() {
    const ThreadSlot slot = timers_.earliest().slot;
    timers_.Erase(slot, Places());
    return slot;
  }

  Timers timers_;
  TimerPlace places_[kMaxThreads] = {};
};

TEST_F(TimersTest, EarliestDeadlineComesFirst) {
  Push(30, 3);
  Push(10, 1);
  Push(20, 2);
  EXPECT_EQ(Pop(), 1);
  EXPECT_EQ(Pop(), 2);
  EXPECT_EQ(Pop(), 3);
  EXPECT_TRUE(timers_.empty());
}

TEST_F(TimersTest, EqualDeadlinesComeInOrderOfPush) {
  for (ThreadSlot slot : {7, 3, 9, 1, 4}) Push(5, slot);
  std::vector<ThreadSlot> order;
  while (!timers_.empty()) order.push_back(Pop());
  EXPECT_EQ(order, (std::vector<ThreadSlot>{7, 3, 9, 1, 4}));
}

TEST_F(TimersTest, AThreadKnowsItsPlaceUntilItIsErased) {
  Push(10, 5);
  EXPECT_NE(places_[5], 0);
  EXPECT_EQ(timers_.at(places_[5]).deadline_ns, 10u);
  timers_.Erase(5, Places());
  EXPECT_EQ(places_[5], 0);
}

// Against a sorted list, over random pushes and erasures of all 256 slots.
TEST_F(TimersTest, AgreesWithASortedListUnderRandomUse) {
  using Entry = std::tuple<uint64_t, uint64_t, ThreadSlot>;
  std::vector<Entry> model;
  Random random(7);
  uint64_t order = 0;
  for (int step = 0; step < 20'000; ++step) {
    const auto slot = static_cast<ThreadSlot>(random.Below(kMaxThreads));
    const auto found = std::find_if(model.begin(), model.end(),
                                    [&](const Entry& e) { return std::get<2>(e) == slot; });
    if (found == model.end()) {
      const uint64_t deadline = random.Below(50);
      Push(deadline, slot);
      model.emplace_back(deadline, order++, slot);
    } else {
      timers_.Erase(slot, Places());
      model.erase(found);
    }
    ASSERT_EQ(timers_.count(), static_cast<int>(model.size()));
    if (!model.empty()) {
      ASSERT_EQ(timers_.earliest().slot,
                std::get<2>(*std::min_element(model.begin(), model.end())));
    }
  }
}

}  // namespace
}  // namespace weir::sim
