// What is freed that malloc() has not given is told with its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/cli/weir_process.h"

namespace weir::sim {
namespace {

using ::testing::HasSubstr;

struct Misuse {
  const char* program;
  const char* message;
};

class Free : public testing::TestWithParam<Misuse> {};

INSTANTIATE_TEST_SUITE_P(
    , Free,
    testing::Values(
        Misuse{"free_of_stack", "free() of an address on the stack of main/main,"},
        Misuse{"free_of_global", "free() of `g_one', a global,"},
        Misuse{"free_inside_block", "free() of an address 16 bytes inside a block of 40 bytes,"},
        Misuse{"realloc_inside_block",
               "realloc() of an address 16 bytes inside a block of 40 bytes,"},
        Misuse{"free_after_underflow", "free() of a block before which something has written"},
        Misuse{"double_free", "free() of a block that was freed before,"}),
    [](const auto& info) { return info.param.program; });

TEST_P(Free, OfWhatMallocHasNotGivenIsToldWithItsPlace) {
  const std::string program = std::string("crash/") + GetParam().program;
  const WeirEnd end =
      Weir("fuzz --target " + Program(program) + " --runs 10 --jobs 1 --seed 1 --json");
  EXPECT_EQ(end.status, 1) << end.error;
  EXPECT_THAT(end.out, HasSubstr(GetParam().message));
}

}  // namespace
}  // namespace weir::sim
