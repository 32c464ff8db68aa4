// What a program does with the stacks of functions that have returned.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/cli/weir_process.h"

namespace weir::sim {
namespace {

using ::testing::HasSubstr;

// What a search finds in a dead frame is left to chance; what is written down and repeated is not.
TEST(UseAfterReturn, IsNamedWhateverTheSearchSaw) {
  const std::filesystem::path folder = ScratchFolder("use_after_return");
  const std::string target = " --target " + Program("crash/completion_on_a_dead_stack");
  for (const char* seed : {"1", "2", "3"}) {
    const WeirEnd found =
        Weir("fuzz --json --jobs 1 --runs 3000 --seed " + std::string(seed) + target, folder);
    const nlohmann::json failure = found.Event("failure");
    EXPECT_THAT(failure.value("headline", ""),
                HasSubstr("of an object on the stack of main/main whose function has returned"));
    const WeirEnd again = Weir("replay --times 20 " + failure.value("file", "") + target, folder);
    EXPECT_EQ(again.status, 1) << again.out << again.error;
    EXPECT_THAT(again.out, HasSubstr("20 of 20 replays were equal"));
  }
}

}  // namespace
}  // namespace weir::sim
