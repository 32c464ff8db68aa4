#include "sim/strategy/profile.h"

#include <gtest/gtest.h>

#include "sim/engine/engine.h"

namespace weir::sim {
namespace {

std::string PathOf(ThreadSlot slot) {
  constexpr const char* kPaths[] = {"scenario/main", "worker/main", "worker/main.1"};
  return kPaths[slot];
}

class ProfilerTest : public testing::Test {
 protected:
  void Access(ThreadSlot thread, uint64_t object, Op op, uint32_t repeat = 0) {
    profiler_.OnPoint({.thread = thread,
                       .thread_path = PathHash(PathOf(thread)),
                       .op = op,
                       .repeat = repeat,
                       .key = {ObjectKey::Space::kUnknown, 0, object, 0}});
  }

  Profiler profiler_{{nullptr, nullptr, &PathOf}};
};

TEST_F(ProfilerTest, KeepsTheObjectsThatThreadsAreAtOddsAbout) {
  Access(0, 1, Op::kAtomicStore);  // nobody else
  Access(0, 2, Op::kAtomicLoad);   // both only look
  Access(1, 2, Op::kAtomicLoad);
  Access(0, 3, Op::kAtomicLoad);
  Access(1, 3, Op::kAtomicStore);
  const Profile profile = profiler_.Finish(5, false);
  ASSERT_EQ(profile.objects.size(), 1u);
  EXPECT_EQ(profile.objects[0].id, IdOf({ObjectKey::Space::kUnknown, 0, 3, 0}));
  ASSERT_EQ(profile.accesses.size(), 2u);
  EXPECT_EQ(profile.objects[0].accesses, (std::vector<uint32_t>{0, 1}));
  EXPECT_TRUE(profile.accesses[0].looks);
  EXPECT_FALSE(profile.accesses[1].looks);
  EXPECT_EQ(profile.points, 5u);
  EXPECT_FALSE(profile.failed);
}

TEST_F(ProfilerTest, CountsTheAccessesOfAThreadToAnObject) {
  Access(0, 3, Op::kAtomicStore);
  Access(1, 3, Op::kAtomicStore);
  Access(1, 4, Op::kAtomicStore);
  Access(1, 3, Op::kAtomicLoad);
  Access(1, 3, Op::kAtomicLoad, 1);  // the same look again
  Access(1, 3, Op::kAtomicLoad, 2);
  Access(1, 3, Op::kAtomicStore);
  const Profile profile = profiler_.Finish(7, false);
  ASSERT_EQ(profile.accesses.size(), 4u);
  EXPECT_EQ(profile.accesses[1].nth, 1u);
  EXPECT_EQ(profile.accesses[2].nth, 2u);
  EXPECT_EQ(profile.accesses[3].nth, 3u);
  EXPECT_EQ(profile.threads[1].points, 4u);
}

TEST_F(ProfilerTest, KnowsWhoCreatedAThread) {
  Access(0, 1, Op::kAtomicStore);
  Access(1, 1, Op::kAtomicStore);
  Access(2, 1, Op::kAtomicStore);
  const Profile profile = profiler_.Finish(3, true);
  ASSERT_EQ(profile.threads.size(), 3u);
  EXPECT_EQ(profile.threads[0].parent, Profile::kNoThread);
  EXPECT_EQ(profile.threads[1].parent, 0u);  // a process: the first thread of all
  EXPECT_EQ(profile.threads[2].parent, 1u);
  EXPECT_EQ(profile.Find(PathHash("worker/main.1")), 2u);
  EXPECT_EQ(profile.Find(1), Profile::kNoThread);
  EXPECT_TRUE(profile.failed);
}

}  // namespace
}  // namespace weir::sim
