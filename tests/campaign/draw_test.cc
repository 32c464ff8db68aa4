#include "sim/campaign/draw.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>

namespace weir::sim {
namespace {

using ::testing::HasSubstr;

const std::vector<ParameterSpec> kDeclared = {{"workers", 1, 8, 2, {}},
                                              {"burst", 1, 16, 4, {}},
                                              {"mode", 0, 1, 0, {"rendezvous", "delivery"}}};

std::vector<int64_t> Draw(uint64_t index, const std::vector<Parameter>& fixed = {}) {
  absl::StatusOr<std::vector<int64_t>> values = DrawParameters(kDeclared, fixed, {7, index});
  EXPECT_TRUE(values.ok()) << values.status();
  return *values;
}

TEST(DrawParameters, IsAFunctionOfTheSeedAlone) { EXPECT_EQ(Draw(3), Draw(3)); }

TEST(DrawParameters, FixingOneLeavesTheOthersAsTheyAre) {
  for (uint64_t index = 0; index < 100; ++index) {
    std::vector<int64_t> free = Draw(index);
    const std::vector<int64_t> fixed = Draw(index, {{"burst", int64_t{5}}});
    EXPECT_EQ(fixed[1], 5);
    free[1] = 5;
    EXPECT_EQ(free, fixed);
  }
}

// The rarest value of workers 1 … 8: size 8 of four sizes {1, 2, 4, 8}, then 1 of 8: p = 1/32. In
// 2,000 draws it is missed with probability (31/32)^2000 < 10^-27.
TEST(DrawParameters, ReachesEveryValueAndPrefersSmallOnes) {
  std::map<int64_t, int> workers;
  for (uint64_t index = 0; index < 2000; ++index) ++workers[Draw(index)[0]];
  for (int64_t value = 1; value <= 8; ++value) EXPECT_GT(workers[value], 0) << value;
  EXPECT_EQ(workers.size(), 8u);
  EXPECT_GT(workers[1], workers[8]);
}

TEST(DrawParameters, DrawsFromTheWholeRangeOf64Bits) {
  const std::vector<ParameterSpec> wide = {
      {"counter", std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max(), 0, {}}};
  int negative = 0;
  for (uint64_t index = 0; index < 200; ++index)
    negative += (*DrawParameters(wide, {}, {7, index}))[0] < 0;
  EXPECT_GT(negative, 50);
  EXPECT_LT(negative, 150);
}

TEST(DrawParameters, RefusesWhatIsNotDeclared) {
  const auto unknown = DrawParameters(kDeclared, {{{"wrokers", int64_t{1}}}}, {});
  EXPECT_THAT(std::string(unknown.status().message()), HasSubstr("wrokers"));
  EXPECT_FALSE(DrawParameters(kDeclared, {{{"workers", int64_t{9}}}}, {}).ok());
}

}  // namespace
}  // namespace weir::sim
