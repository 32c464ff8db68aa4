#include "sim/schedule/fuzz_input.h"

#include <gtest/gtest.h>

#include <string>

namespace weir::sim {
namespace {

FuzzInput Example() {
  return {"fence",
          "marker_burst",
          {2, -1, int64_t{1} << 62},
          {{.kind = InputEdit::Kind::kRun, .round = 1, .nth = 70'000, .thread = 0xFFFF'FFFF},
           {.kind = InputEdit::Kind::kInject, .fault = 6, .nth = 2, .number = 3}}};
}

std::string WhyNot(const std::string& bytes) {
  const absl::StatusOr<FuzzInput> input = ParseFuzzInput(bytes, "crash-1");
  return input.ok() ? "" : std::string(input.status().message());
}

TEST(FuzzInput, IsReadAsItWasWritten) {
  const std::string bytes = FormatFuzzInput(Example());
  const absl::StatusOr<FuzzInput> read = ParseFuzzInput(bytes, "input");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, Example());
  EXPECT_EQ(FormatFuzzInput(*read), bytes);
}

// Whatever is cut off, it is another input or none, and the reason names the place.
TEST(FuzzInput, CutOffAnywhereIsRefusedWithThePlaceOrIsAnInput) {
  const std::string bytes = FormatFuzzInput(Example());
  int refused = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    const std::string why = WhyNot(bytes.substr(0, size));
    if (why.empty()) continue;
    ++refused;
    EXPECT_TRUE(why.starts_with("crash-1: byte ")) << why;
  }
  EXPECT_EQ(refused, static_cast<int>(bytes.size()) - 2);  // two end behind a whole edit, or none
}

TEST(FuzzInput, SaysWhatIsWrong) {
  const std::string bytes = FormatFuzzInput(Example());
  const size_t edits = bytes.size() - 32;
  EXPECT_EQ(WhyNot("{}"), "crash-1: byte 0: expected \"weir-in1\"");
  EXPECT_EQ(WhyNot(bytes.substr(0, 10)), "crash-1: byte 8: the target's name ends beyond the end");
  EXPECT_EQ(WhyNot(bytes.substr(0, 16)),
            "crash-1: byte 14: the scenario's name ends beyond the end");
  EXPECT_EQ(WhyNot(bytes.substr(0, edits - 1)),
            "crash-1: byte 27: the parameters' values end beyond the end");
  std::string other = bytes;
  other[edits] = 77;
  EXPECT_EQ(WhyNot(other), "crash-1: byte 52: there is no edit of kind 77");
  other = bytes;
  other[edits + 1] = 99;
  EXPECT_EQ(WhyNot(other), "crash-1: byte 53: there is no fault 99");
  EXPECT_EQ(WhyNot(bytes + "x"), "crash-1: byte 84: half an edit");
}

}  // namespace
}  // namespace weir::sim
