#include "fence/trace.h"

#include <gtest/gtest.h>

namespace fence {
namespace {

TraceRecord Sample() {
  TraceRecord record;
  record.round = 3;
  record.name = "a \"b\"\n";
  record.target = {
      .observer = 1, .sender = 2, .stamp = {2, 25}, .armed = true, .baseline = 17, .delta = 8};
  record.observed = {ReaderState::kNormal, {2, 20}};
  record.backlog_before = 8;
  record.backlog_after = BacklogOf(record.target, record.observed);
  return record;
}

TEST(Trace, TellsWhatWasDrainedBetweenTwoLooks) {
  TraceRecord record = Sample();
  record.name = "frame";
  EXPECT_EQ(ToTraceText(record),
            "[barrier] iteration=3 name=frame process=1 sender=2 backlog_before=8 backlog_after=5 "
            "drained=3 epoch=2 baseline=17 delta=8 observed=20 armed=1");
}

TEST(Trace, JsonEscapesNames) {
  EXPECT_EQ(ToTraceJson(Sample()),
            "{\"event\":\"barrier\",\"iteration\":3,\"name\":\"a \\\"b\\\"\\u000a\",\"process\":1,"
            "\"sender\":2,\"backlog_before\":8,\"backlog_after\":5,\"drained\":3,\"epoch\":2,"
            "\"baseline\":17,\"delta\":8,\"observed\":20,\"armed\":true}");
}

TEST(Trace, ABacklogOfAnotherEpochIsNotToldAsANumber) {
  TraceRecord record = Sample();
  record.observed.progress.epoch = 1;
  EXPECT_EQ(BacklogOf(record.target, record.observed), 0);
}

TEST(Trace, AnObserverPastTheStampHasANegativeBacklogAlsoAcrossTheWrap) {
  TraceRecord record = Sample();
  record.target.stamp.sequence = ~uint64_t{0};
  record.observed.progress.sequence = 1;
  EXPECT_EQ(BacklogOf(record.target, record.observed), -2);
}

}  // namespace
}  // namespace fence
