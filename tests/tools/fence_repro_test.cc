#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "tests/tools/tool.h"

namespace {

using ::testing::HasSubstr;

class FenceReproInMode : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(, FenceReproInMode,
                         testing::Values("rendezvous", "delivery", "processing"),
                         [](const auto& mode) { return std::string(mode.param); });

TEST_P(FenceReproInMode, MissesNoMarker) {
  const ToolEnd end = Tool(std::string("fence-repro --json --handler 50us --mode ") + GetParam());
  EXPECT_EQ(end.status, 0) << end.out;
  EXPECT_THAT(end.out, HasSubstr("\"rounds\":64"));
}

// Under AddressSanitizer a process that ends looks for leaks, and stops its own threads for that by
// ptrace. A SIGCONT takes that stop away (signal(7)), and then the process waits for ever, in about
// one run of 200. The runs without stops look for leaks.
TEST(FenceRepro, MissesNoMarkerWhileWorkersAreKilledAndStopped) {
  setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
  const ToolEnd end = Tool("fence-repro --json --handler 50us --iterations 200 --kill-every 40ms");
  EXPECT_EQ(end.status, 0) << end.out;
}

TEST(FenceRepro, BadInputIsOneLineAndExitTwo) {
  for (const char* arguments : {"--handler 12", "--handler soon", "--mode all", "--workers 0",
                                "--burst -1", "--kill-every 5parsecs", "--unknown"}) {
    const ToolEnd end = Tool(std::string("fence-repro ") + arguments);
    EXPECT_EQ(end.status, 2) << arguments << "\n" << end.out;
    EXPECT_FALSE(end.out.empty()) << arguments;
  }
}

}  // namespace
