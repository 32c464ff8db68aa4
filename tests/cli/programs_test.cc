// Every program under tests/programs comes to the verdict that its folder is named after.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "tests/cli/weir_process.h"

namespace weir::sim {
namespace {

// "deadlock/lock_order", …: one for each source file.
std::vector<std::string> Programs() {
  std::vector<std::string> names;
  const std::filesystem::path root = WEIR_SOURCE_DIR "/tests/programs";
  for (const auto& file : std::filesystem::recursive_directory_iterator(root)) {
    if (file.path().extension() != ".cc") continue;
    names.push_back(std::filesystem::relative(file.path(), root).replace_extension().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Programs_ : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(, Programs_, testing::ValuesIn(Programs()), [](const auto& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
});

// What a program's first line leaves out, "// simulated without spurious_wakeup, interrupted_wait":
// it tests who is woken, and by whom.
std::string FaultFlag(const std::string& program) {
  const std::string text = ReadAll(WEIR_SOURCE_DIR "/tests/programs/" + program + ".cc");
  const std::string line = text.substr(0, text.find('\n'));
  const std::string mark = "without ";
  const size_t at = line.find(mark);
  return at == std::string::npos || !line.starts_with("// simulat")
             ? ""
             : " --faults=-" +
                   std::regex_replace(line.substr(at + mark.size()), std::regex(", "), ",-");
}

// Some fail under some schedules only. The rarest is assertion/preempted: 127 of 200,000
// executions, 40,000 of each member of the portfolio, failed when this was written, and 30,000 of
// them miss what happens in 0.06 % with probability (1 − 0.0006)^30000 < 10^-7. With the pinned
// seed nothing is left to chance.
TEST_P(Programs_, ComeToTheVerdictOfTheirFolder) {
  const std::string expected = GetParam().substr(0, GetParam().find('/'));
  const WeirEnd end = Weir("fuzz --target " + Program(GetParam()) + FaultFlag(GetParam()) +
                           (expected == "pass" ? " --runs 2000" : " --runs 30000") +
                           " --jobs 1 --seed 1 --hang-seconds 1 --step-cap 1000000 --json");
  if (expected == "pass") {
    EXPECT_EQ(end.status, 0) << end.out << end.error;
    return;
  }
  ASSERT_EQ(end.status, 1) << end.out << end.error;
  EXPECT_EQ(end.Event("failure").value("verdict", ""), expected) << end.out;
}

// Whoever compares testers finds them by their first line.
TEST(Programs, TwelveAreTheExam) {
  size_t marked = 0;
  for (const std::string& program : Programs()) {
    const std::string text = ReadAll(WEIR_SOURCE_DIR "/tests/programs/" + program + ".cc");
    if (!text.starts_with("// exam: ")) continue;
    ++marked;
    EXPECT_FALSE(program.starts_with("pass/")) << program;
  }
  EXPECT_EQ(marked, 12u);
}

}  // namespace
}  // namespace weir::sim
