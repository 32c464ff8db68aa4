#include "sim/schedule/parameters.h"

#include <gtest/gtest.h>

namespace weir::sim {
namespace {

std::vector<ParameterSpec> Specs() {
  return {{"workers", 1, 8, 2, {}}, {"mode", 0, 1, 0, {"plain", "delivery"}}};
}

std::string ErrorOf(std::vector<Parameter> given) {
  return std::string(ResolveParameters(given, Specs()).status().message());
}

TEST(Parameters, AreDeclaredByTheScenario) {
  static const char* const kModes[] = {"plain", "delivery"};
  const WeirParameter parameters[] = {weir::Int("workers", 1, 8, 2),
                                      weir::OneOf("mode", kModes, 1)};
  const WeirScenario scenario = {"s", "", parameters, 2, nullptr, nullptr};
  const std::vector<ParameterSpec> declared = DeclaredParameters(scenario);
  ASSERT_EQ(declared.size(), 2u);
  EXPECT_EQ(declared[0].most, 8);
  EXPECT_TRUE(declared[0].names.empty());
  EXPECT_EQ(declared[1].names, (std::vector<std::string>{"plain", "delivery"}));
  EXPECT_EQ(declared[1].fallback, 1);
}

TEST(Parameters, NotGivenHaveTheirFallback) {
  const auto values =
      ResolveParameters(std::vector<Parameter>{{"mode", std::string("delivery")}}, Specs());
  ASSERT_TRUE(values.ok());
  EXPECT_EQ(*values, (std::vector<int64_t>{2, 1}));
}

TEST(Parameters, GoThereAndBack) {
  for (int64_t workers = 1; workers <= 8; ++workers) {
    for (int64_t mode = 0; mode <= 1; ++mode) {
      const std::vector<int64_t> values = {workers, mode};
      const auto again = ResolveParameters(NamedParameters(values, Specs()), Specs());
      ASSERT_TRUE(again.ok());
      EXPECT_EQ(*again, values);
    }
  }
}

TEST(Parameters, OutOfRangeAreRefusedWithWhatIsAllowed) {
  EXPECT_EQ(ErrorOf({{"workers", int64_t{9}}}),
            "parameter workers: expected an integer from 1 to 8, got 9");
  EXPECT_EQ(ErrorOf({{"workers", std::string("two")}}),
            "parameter workers: expected an integer from 1 to 8, got \"two\"");
  EXPECT_EQ(ErrorOf({{"mode", int64_t{1}}}),
            "parameter mode: expected one of plain, delivery, got 1");
  EXPECT_EQ(ErrorOf({{"mode", std::string("fast")}}),
            "parameter mode: expected one of plain, delivery, got \"fast\"");
  EXPECT_EQ(ErrorOf({{"size", int64_t{1}}}),
            "unknown parameter size; the scenario has workers, mode");
  EXPECT_EQ(ErrorOf({{"workers", int64_t{1}}, {"workers", int64_t{1}}}),
            "parameter workers is given twice");
}

TEST(Parameters, AreReadFromACommandLine) {
  EXPECT_EQ(ParseParameter(Specs()[0], "3")->value,
            (std::variant<int64_t, std::string>(int64_t{3})));
  EXPECT_EQ(ParseParameter(Specs()[1], "plain")->value,
            (std::variant<int64_t, std::string>("plain")));
  for (const char* text : {"", "x", "3x", " 3", "0", "9", "99999999999999999999", "3.0"}) {
    EXPECT_FALSE(ParseParameter(Specs()[0], text).ok()) << text;
  }
  EXPECT_FALSE(ParseParameter(Specs()[1], "1").ok());
}

}  // namespace
}  // namespace weir::sim
