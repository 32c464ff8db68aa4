// Here is tested which stacks are told, and what weir says of uses of those that are gone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/cli/weir_process.h"

namespace weir::sim {
namespace {

using ::testing::ContainsRegex;
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

// Gives what replay tells of a failure of cli/targets/inlined.
std::string StackOf(const std::string& scenario) {
  const std::filesystem::path folder = ScratchFolder("inlined");
  const std::string target = " --target cli/targets/inlined ";
  const WeirEnd found = Weir("fuzz " + scenario + " --json --runs 1 --seed 1" + target, folder);
  const WeirEnd again = Weir("replay " + found.Event("failure").value("file", "") + target, folder);
  EXPECT_EQ(again.status, 1) << found.out << found.error << again.error;
  std::filesystem::remove_all(folder);
  return again.out;
}

// Clang describes such a function within its namespace, not beside it.
TEST(Stack, HasWhatIsInlinedIntoAFunctionOfANamespace) {
  EXPECT_THAT(StackOf("own_check"),
              ContainsRegex("#0  weir::Expect  sim/weir.h:[0-9]+\n"
                            "  #1  inlined::Check  tests/cli/targets/inlined.cc:9\n"
                            "  #2  inlined::Work  tests/cli/targets/inlined.cc:13\n"));
}

TEST(Stack, OfACheckOfWeirsBeginsWithTheUsersCall) {
  EXPECT_THAT(StackOf("check_of_weir"),
              ContainsRegex("#0  Monotone::Set  sim/oracles.h:[0-9]+\n"
                            "  #1  inlined::Count  tests/cli/targets/inlined.cc:18\n"));
}

}  // namespace
}  // namespace weir::sim
