#include "sim/campaign/suggest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::sim {
namespace {

TEST(Suggest, EditDistanceCountsInsertionsDeletionsAndReplacements) {
  EXPECT_EQ(EditDistance("", "abc"), 3u);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
  EXPECT_EQ(EditDistance("same", "same"), 0u);
}

TEST(Suggest, NamesTheNearestAndAllThatAreKnown) {
  const std::string known[] = {"marker_burst", "restart"};
  EXPECT_EQ(
      UnknownName("scenario", "marker_brust", known).message(),
      "unknown scenario \"marker_brust\"; did you mean marker_burst? known: marker_burst, restart");
}

TEST(Suggest, MakesNoFarFetchedSuggestion) {
  const std::string known[] = {"marker_burst"};
  EXPECT_EQ(UnknownName("scenario", "xyz", known).message(),
            "unknown scenario \"xyz\"; known: marker_burst");
  EXPECT_EQ(UnknownName("scenario", "xyz", {}).message(),
            "unknown scenario \"xyz\"; there are none");
}

}  // namespace
}  // namespace weir::sim
