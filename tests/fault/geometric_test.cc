#include "sim/fault/geometric.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace weir::sim {
namespace {

class Geometric_ : public testing::TestWithParam<uint32_t> {
 protected:
  // P(n ≥ k)
  double Tail(double k) const {
    return std::pow(1 - std::exp2(-static_cast<double>(GetParam())), k);
  }
};
INSTANTIATE_TEST_SUITE_P(, Geometric_, testing::Values(0, 1, 3, 4, 5, 8, 12, 16));

// 100,000 draws, and for each octave of k up to 8 times the mean the number of those that reach it:
// binomial, within five standard deviations (exceeded once in 1.7 million).
TEST_P(Geometric_, ReachesEachLengthAsOftenAsItShould) {
  constexpr int kDraws = 100'000;
  Random random(GetParam());
  std::vector<uint64_t> draws;
  for (int i = 0; i < kDraws; ++i) draws.push_back(Geometric(GetParam(), random));
  for (uint64_t k = 1; k <= uint64_t{8} << GetParam(); k *= 2) {
    int reached = 0;
    for (const uint64_t n : draws) reached += n >= k;
    const double p = Tail(static_cast<double>(k));
    EXPECT_NEAR(reached, kDraws * p, 5 * std::sqrt(kDraws * p * (1 - p)) + 1e-9) << "k = " << k;
  }
}

// No digit depends on another: after n ≥ 2^e the rest has the same distribution again.
TEST_P(Geometric_, HasNoMemory) {
  constexpr int kDraws = 200'000;
  const uint64_t half = uint64_t{1} << GetParam();
  Random random(77 + GetParam());
  int first = 0, second = 0;
  for (int i = 0; i < kDraws; ++i) {
    const uint64_t n = Geometric(GetParam(), random);
    first += n >= half;
    second += n >= 2 * half;
  }
  const double p = Tail(static_cast<double>(half));
  if (p == 0) {
    EXPECT_EQ(first, 0);
    return;
  }
  EXPECT_NEAR(second, first * p, 5 * std::sqrt(first * p * (1 - p)));
}

}  // namespace
}  // namespace weir::sim
