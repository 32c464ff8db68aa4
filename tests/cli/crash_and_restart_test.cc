#include <gtest/gtest.h>

#include "tests/cli/weir_process.h"

namespace weir::sim {
namespace {

TEST(CrashAndRestart, TheShippedBarrierPasses) {
  const WeirEnd end = Weir("fuzz crash_and_restart --seed 3 --runs 3000");
  EXPECT_EQ(end.status, 0) << end.out << end.error;
}

TEST(CrashAndRestart, ComesOutEqualInWarmAndColdProcesses) {
  const WeirEnd end = Weir("fuzz crash_and_restart --verify --seed 3 --runs 500");
  EXPECT_EQ(end.status, 0) << end.out << end.error;
}

}  // namespace
}  // namespace weir::sim
