#include "sim/engine/operation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir::sim {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

std::vector<std::string> NamesOf(bool (*holds)(Op)) {
  std::vector<std::string> names;
  for (int i = 0; i <= static_cast<int>(Op::kMemoryWrite); ++i) {
    const Op op = static_cast<Op>(i);
    if (holds(op)) names.emplace_back(OpName(op));
  }
  return names;
}

TEST(Operation, LoadsWhatItComparesOrUpdates) {
  EXPECT_THAT(NamesOf(Loads), ElementsAre("atomic_load", "atomic_exchange", "atomic_update",
                                          "atomic_compare", "futex_wait", "memory_read"));
}

TEST(Operation, StoresWhatItMayUpdate) {
  EXPECT_THAT(NamesOf(Stores), ElementsAre("atomic_store", "atomic_exchange", "atomic_update",
                                           "atomic_compare", "memory_write"));
}

// A FUTEX_WAKE takes the address alone: what lay there may be gone (futex(2)).
TEST(Operation, UsesTheMemoryOfPrimitivesAndNotOfWhatHasOnlyAnAddress) {
  const std::vector<std::string> uses =
      NamesOf([](Op op) { return AccessOf(op) == Access::kPrimitive; });
  for (const char* name : {"mutex_lock", "mutex_destroy", "cond_wait", "once", "sem_post",
                           "rwlock_wrlock", "barrier_wait", "mutex_consistent"}) {
    EXPECT_THAT(uses, Contains(name));
  }
  for (const char* name : {"none", "thread_join", "futex_wake", "fence", "mmap", "process_kill"}) {
    EXPECT_EQ(AccessOf(*OpFromName(name)), Access::kNothing) << name;
    EXPECT_THAT(uses, Not(Contains(name)));
  }
}

}  // namespace
}  // namespace weir::sim
