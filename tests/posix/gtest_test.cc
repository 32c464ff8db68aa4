// What a test binary lists.
#include "sim/posix/gtest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace weir::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(TestsInList, AreNamedAsFiltersNameThem) {
  EXPECT_THAT(*TestsInList("Running main() from gtest_main.cc\n"
                           "Plain.\n"
                           "  One\n"
                           "  Two\n"
                           "Typed/0.  # TypeParam = char\n"
                           "  Three\n"
                           "In/Stance.\n"
                           "  Four/0  # GetParam() = 1\n"
                           "  Four/1  # GetParam() = \"a. # b\"\n"),
              ElementsAre("Plain.One", "Plain.Two", "Typed/0.Three", "In/Stance.Four/0",
                          "In/Stance.Four/1"));
}

TEST(TestsInList, AreWithoutDisabledOnes) {
  EXPECT_THAT(*TestsInList("DISABLED_A.\n  x\nA.\n  DISABLED_x\n  y\nIn/DISABLED_B.\n  x/0\n"),
              ElementsAre("A.y"));
}

TEST(TestsInList, AreNotWhatMainPrintsBesides) {
  EXPECT_THAT(*TestsInList(""), IsEmpty());
  EXPECT_THAT(*TestsInList("Hello, I am a test.\n  and indent\n\n  this\n"), IsEmpty());
}

TEST(TestsInList, HaveNamesThatFit) {
  const std::string longest(kLongestTestName - 2, 'x');
  EXPECT_THAT(*TestsInList(absl::StrCat("A.\n  ", longest, "\n")),
              ElementsAre(absl::StrCat("A.", longest)));
  EXPECT_THAT(std::string(TestsInList(absl::StrCat("A.\n  ", longest, "x\n")).status().message()),
              HasSubstr("at most 240"));
}

}  // namespace
}  // namespace weir::sim
