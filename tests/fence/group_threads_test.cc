// The group's bookkeeping, called by several threads at once.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "fence/group.h"

namespace fence {
namespace {

constexpr int64_t kNow = 1000;

Observed NotReading(Incarnation, Incarnation) { return {}; }

Arrival ArrivalOf(Incarnation member, uint64_t call) {
  return {.member = member,
          .call = call,
          .name = "b",
          .mode = Mode::kRendezvous,
          .stamp = {member, call},
          .deadline = Deadline::Infinite()};
}

// Two threads that take both locks in two orders stop each other within some thousand calls.
//
// Lesson 22, lock-order.
TEST(Group, MayBeCalledByManyThreadsAtOnce) {
  constexpr uint64_t kCalls = 300'000;
  Group group(NotReading);
  group.Admit(1);
  size_t answered = 0;
  std::thread arriving([&] {
    for (uint64_t call = 0; call < kCalls; ++call) {
      group.Arrive(ArrivalOf(1, call));
      answered += group.Evaluate(kNow).replies.size();
    }
  });
  for (uint64_t call = 0; call < kCalls; ++call) {
    group.Admit(2);
    group.Leave(2, call);
    group.Drop(2);
  }
  arriving.join();
  answered += group.Evaluate(kNow).replies.size();
  EXPECT_EQ(answered, 2 * kCalls) << "each arrival, and each farewell";
}

// A round that is opened while a member leaves has it, and it is then taken out, or has it not.
//
// Lesson 24, snapshot-outside-lock.
TEST(Group, WhoLeavesWhileARoundIsOpenedIsNotWaitedFor) {
  for (int i = 0; i < 3'000; ++i) {
    Group group(NotReading);
    for (const Incarnation member : {1, 2}) group.Admit(member);
    std::atomic<bool> go = false;
    std::thread leaver([&] {
      while (!go) {
      }
      group.Leave(2, 29);
    });
    go = true;
    group.Arrive(ArrivalOf(1, 11));
    leaver.join();
    ASSERT_EQ(group.Evaluate(kNow).replies.size(), 2u) << "the barrier's and the farewell";
  }
}

}  // namespace
}  // namespace fence
