#include "sim/campaign/target_info.h"

#include <gtest/gtest.h>

#include <string>

namespace weir::sim {
namespace {

FaultSet Parsed(const std::string& text) {
  const absl::StatusOr<FaultSet> faults = ParseFaults(text);
  EXPECT_TRUE(faults.ok()) << faults.status();
  return faults.value_or(FaultSet::None());
}

TEST(Faults, AreReadAsTheyAreWritten) {
  for (uint32_t bits = 1; bits <= FaultSet::All().bits(); ++bits) {
    const FaultSet faults = FaultSet::FromBits(bits);
    EXPECT_EQ(Parsed(FaultsText(faults)), faults) << FaultsText(faults);
  }
  EXPECT_EQ(FaultsText(FaultSet::None()), "");
}

TEST(Faults, CanBeNamedByThoseThatAreLeftOut) {
  FaultSet rest = FaultSet::All();
  rest.Erase(FaultKind::kCrash);
  EXPECT_EQ(Parsed("-crash"), rest);
  rest.Erase(FaultKind::kTimeout);
  EXPECT_EQ(Parsed("-crash,-timeout"), rest);
}

TEST(Faults, OfWindowsHaveANameTogether) {
  const FaultSet windows = Parsed("windows");
  EXPECT_TRUE(windows.Contains(FaultKind::kSluggishWakeup));
  EXPECT_FALSE(windows.Contains(FaultKind::kCrash));
  const FaultSet rest = Parsed("-windows,-crash");
  EXPECT_EQ(rest.bits() & windows.bits(), 0u);
  EXPECT_FALSE(rest.Contains(FaultKind::kCrash));
  EXPECT_EQ(Parsed("windows,crash").bits(), windows.bits() | Parsed("crash").bits());
}

TEST(Faults, ThatAreUnknownAreRefused) {
  for (const char* text : {"", "crash,", "slow", "-slow", "crash slow_thread"}) {
    EXPECT_EQ(ParseFaults(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace weir::sim
