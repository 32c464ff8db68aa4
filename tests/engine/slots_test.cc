// Stacks and thread-local storage of the slots (runtime.md, "Borrowed threads" and "Scheduling").
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "sim/engine/fiber.h"
#include "tests/engine/harness.h"

namespace weir::sim {
namespace {

// An L1 cache of 32 KiB with eight ways has 64 sets of 64 bytes, chosen by the address modulo 4096.
TEST(Slots, TheTopsOfStacksAreSpreadOverTheSetsOfTheCache) {
  Simulation simulation("programs/pass/thread");
  ASSERT_TRUE(simulation.ready());
  std::map<uintptr_t, int> sets;
  for (int slot = 0; slot < 64; ++slot) ++sets[g_slots[slot].stack_top % 4096 / 64];
  EXPECT_GE(sets.size(), 32u);
  for (const auto& [set, stacks] : sets) EXPECT_LE(stacks, 2) << "set " << set;
}

TEST(Slots, EachHasAStackOfItsOwnBelowAGuardPage) {
  Simulation simulation("programs/pass/thread");
  ASSERT_TRUE(simulation.ready());
  uintptr_t end = 0;
  for (int slot = 0; slot < g_slot_count; ++slot) {
    const Slot& s = g_slots[slot];
    EXPECT_GE(s.guard, end);
    EXPECT_EQ(s.stack_low, s.guard + kPage);
    EXPECT_LE(s.stack_low + kDefaultStackBytes, s.end);
    EXPECT_LT(s.stack_top, s.tls_low);
    EXPECT_LT(s.tls_low, s.fs_base);
    EXPECT_LT(s.fs_base, s.end);
    end = s.end;
  }
}

}  // namespace
}  // namespace weir::sim
