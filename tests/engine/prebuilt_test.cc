// Libraries that weir did not compile, beside a target (runtime.md, "Reset and determinism").
#include <gtest/gtest.h>

#include <string>

#include "tests/engine/harness.h"

namespace weir::sim {
namespace {

class Prebuilt : public testing::Test {
 protected:
  Simulation simulation_{"engine/targets/prebuilt"};
};

TEST_F(Prebuilt, AMutexLockedAtTheEndOfAnExecutionIsFreeInTheNext) {
  ASSERT_TRUE(simulation_.ready() && simulation_.Select("mutex_of_the_killed"));
  simulation_.ExpectAll(500, VerdictKind::kPass);
}

TEST_F(Prebuilt, ThreadLocalsAreFreshInEveryThread) {
  ASSERT_TRUE(simulation_.ready() && simulation_.Select("thread_locals"));
  simulation_.ExpectAll(500, VerdictKind::kPass);
}

// Not ended within libc, whose own locks it may hold there.
TEST_F(Prebuilt, AnUnsupportedCallIsNamedAndLeavesTheProcessUsable) {
  ASSERT_TRUE(simulation_.ready() && simulation_.Select("file"));
  for (uint64_t index = 0; index < 200; ++index) {
    const RunResult result = simulation_.Run(index);
    ASSERT_EQ(result.verdict.kind, VerdictKind::kUnsupportedCall);
    ASSERT_EQ(std::string(result.verdict.oracle), "fopen");
  }
}

}  // namespace
}  // namespace weir::sim
