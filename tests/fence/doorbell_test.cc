#include "fence/doorbell.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace fence {
namespace {

using std::chrono::milliseconds;

// All zero, as shared memory is.
struct Shared {
  Doorbell bell{};
  std::atomic<uint64_t> value = 0;
};

// The number of sleepers and the count of rings.
std::atomic<uint32_t>* Words(Shared& shared) {
  return reinterpret_cast<std::atomic<uint32_t>*>(&shared.bell);
}

// Lesson 12, lost-notification.
TEST(Doorbell, DoesNotSleepThroughARingAfterListen) {
  Shared shared;
  const Doorbell::Ticket ticket = shared.bell.Listen();
  shared.bell.Ring();
  EXPECT_TRUE(shared.bell.Wait(ticket, Deadline::Infinite()));
}

// A process that writes where it should not has taken the sleeper away from the count.
TEST(Doorbell, ARingForTheEndWakesASleeperThatIsNotCounted) {
  Shared shared;
  std::atomic<uint32_t>* const words = Words(shared);
  std::thread waiter([&] { shared.bell.Wait(shared.bell.Listen(), Deadline::Infinite()); });
  while (words[0] == 0) std::this_thread::yield();
  std::this_thread::sleep_for(milliseconds(20));  // in the kernel by now
  words[0] = 0;
  shared.bell.RingForEnd();
  waiter.join();
  EXPECT_EQ(shared.bell.Listen(), 1u);  // the number of sleepers went below zero: no ring is lost
}

TEST(Doorbell, WaitEndsAtItsDeadline) {
  Shared shared;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(shared.bell.Wait(shared.bell.Listen(), Deadline::In(milliseconds(20))));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(20));
}

TEST(Doorbell, WaitWithADeadlineThatHasPassedEndsAtOnce) {
  Shared shared;
  EXPECT_FALSE(shared.bell.Wait(shared.bell.Listen(), Deadline::At(0)));
}

TEST(Doorbell, OneRingWakesAllWhoSleep) {
  Shared shared;
  std::vector<std::thread> waiters;
  for (int i = 0; i < 3; ++i) {
    waiters.emplace_back([&] {
      for (;;) {
        const Doorbell::Ticket ticket = shared.bell.Listen();
        if (shared.value != 0) return;
        shared.bell.Wait(ticket, Deadline::Infinite());
      }
    });
  }
  std::this_thread::sleep_for(milliseconds(10));
  shared.value = 1;
  shared.bell.Ring();
  for (std::thread& waiter : waiters) waiter.join();
}

// Two threads hand a number to and fro; one lost wake-up would stop them for ever.
TEST(Doorbell, LosesNoWakeUpInAHundredThousandHandOvers) {
  constexpr uint64_t kHandOvers = 100'000;
  Shared shared;
  const auto play = [&](uint64_t mine) {
    for (uint64_t turn = mine; turn < kHandOvers; turn += 2) {
      for (;;) {
        const Doorbell::Ticket ticket = shared.bell.Listen();
        if (shared.value.load() == turn) break;
        shared.bell.Wait(ticket, Deadline::Infinite(), /*spins=*/3);
      }
      shared.value.store(turn + 1);
      shared.bell.Ring();
    }
  };
  std::thread other([&] { play(1); });
  play(0);
  other.join();
  EXPECT_EQ(shared.value, kHandOvers);
}

// A ringer that was killed after it had counted and before it woke anybody: the next one wakes.
TEST(Doorbell, ARingWakesWhomAnEarlierOneHasNotWoken) {
  Shared shared;
  std::thread waiter([&] {
    const Doorbell::Ticket ticket = shared.bell.Listen();
    shared.value = 1;
    shared.bell.Wait(ticket, Deadline::Infinite());
  });
  while (shared.value == 0) std::this_thread::yield();
  std::this_thread::sleep_for(milliseconds(10));
  ++Words(shared)[1];
  shared.bell.Ring();
  waiter.join();
}

TEST(Deadline, InfiniteIsAValue) {
  EXPECT_TRUE(Deadline::In(std::chrono::nanoseconds::max()).infinite());
  EXPECT_TRUE(Deadline::Infinite().Later(milliseconds(1)).infinite());
  EXPECT_FALSE(Deadline::Infinite().Passed());
  EXPECT_EQ(Deadline::Infinite().Remaining(), std::chrono::nanoseconds::max());
}

TEST(Deadline, ASumThatOverflowsIsInfinite) {
  EXPECT_TRUE(
      Deadline::At(1'000).Later(std::chrono::nanoseconds::max() - milliseconds(0)).infinite());
  EXPECT_TRUE(Deadline::At(Deadline::kInfiniteNs - 1).Later(milliseconds(1)).infinite());
}

TEST(Deadline, HoldsAtBothEndsOfItsRange) {
  constexpr std::chrono::nanoseconds kLeast = std::chrono::nanoseconds::min();
  const Deadline first = Deadline::At(kLeast.count());
  EXPECT_EQ(first.Remaining().count(), 0);
  EXPECT_EQ(first.Later(kLeast).at_ns(), kLeast.count());
  EXPECT_EQ(Deadline::At(-5).Later(milliseconds(-1)).at_ns(), -1'000'005);
  EXPECT_TRUE(first.Later(std::chrono::nanoseconds::max()).infinite());
}

TEST(Deadline, PassesAtItsMoment) {
  EXPECT_FALSE(Deadline::At(10).PassedAt(9));
  EXPECT_TRUE(Deadline::At(10).PassedAt(10));
  EXPECT_TRUE(Deadline::At(10).Passed());
  EXPECT_EQ(Deadline::At(10).Remaining().count(), 0);
  EXPECT_LT(Deadline::At(10), Deadline::Infinite());
}

}  // namespace
}  // namespace fence
