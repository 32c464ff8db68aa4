#include "fence/message.h"

#include <gtest/gtest.h>

#include <string>

namespace fence {
namespace {

using std::chrono::nanoseconds;

TEST(Message, ArriveSurvivesTheJourney) {
  const ArriveBody sent{
      .call = 42, .mode = Mode::kDelivery, .patience = nanoseconds(7), .name = "frame"};
  const auto got = DecodeArrive(Encode(sent));
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->call, 42u);
  EXPECT_EQ(got->mode, Mode::kDelivery);
  EXPECT_EQ(got->patience, nanoseconds(7));
  EXPECT_EQ(got->name, "frame");
}

TEST(Message, ReplySurvivesTheJourney) {
  const ReplyBody sent{.member = 3,
                       .call = 42,
                       .round = 9,
                       .phases = {Phase::kSatisfied, Phase::kFailed, Phase::kNotRequested},
                       .reason = Reason::kTimeout};
  const auto got = DecodeReply(Encode(sent));
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->member, 3u);
  EXPECT_EQ(got->call, 42u);
  EXPECT_EQ(got->round, 9u);
  EXPECT_EQ(got->phases, sent.phases);
  EXPECT_EQ(got->reason, Reason::kTimeout);
}

TEST(Message, TheLongestNameFitsIntoTheSmallestSlot) {
  const ArriveBody arrive{.name = std::string(kMaxBarrierName, 'x')};
  EXPECT_LE(Encode(arrive).size(), kMinMessageBytes);
  EXPECT_LE(Encode(ReplyBody{}).size(), kMinMessageBytes);
}

TEST(Message, EveryTruncationIsRefused) {
  const std::string arrive = Encode(ArriveBody{.name = "x"});
  for (size_t size = 0; size < arrive.size(); ++size) {
    EXPECT_EQ(DecodeArrive(arrive.substr(0, size)).status().code(), absl::StatusCode::kDataLoss)
        << size;
  }
  const std::string reply = Encode(ReplyBody{});
  for (size_t size = 0; size < reply.size(); ++size) {
    EXPECT_EQ(DecodeReply(reply.substr(0, size)).status().code(), absl::StatusCode::kDataLoss)
        << size;
  }
  EXPECT_FALSE(DecodeReply(reply + "x").ok());
  EXPECT_FALSE(DecodeLeave("").ok());
  EXPECT_FALSE(DecodeLeave(Encode(LeaveBody{1}) + "x").ok());
}

TEST(Message, UnknownEnumeratorsAreRefused) {
  std::string arrive = Encode(ArriveBody{.name = "x"});
  arrive[16] = 0;  // the mode follows call and patience
  EXPECT_FALSE(DecodeArrive(arrive).ok());
  arrive[16] = 4;
  EXPECT_FALSE(DecodeArrive(arrive).ok());
  std::string reply = Encode(ReplyBody{});
  reply.back() = 17;
  EXPECT_FALSE(DecodeReply(reply).ok());
}

TEST(Message, AnEnvelopeIsCheckedAgainstItsPlace) {
  const Envelope good{
      .sequence = 5, .kind = Kind::kApplication, .type = 1, .size = 8, .reserved = 0};
  EXPECT_TRUE(Validate(good, 5, 8).ok());
  EXPECT_FALSE(Validate(good, 6, 8).ok());
  EXPECT_FALSE(Validate(good, 5, 7).ok());
  Envelope odd = good;
  odd.kind = static_cast<Kind>(99);
  EXPECT_FALSE(Validate(odd, 5, 8).ok());
}

}  // namespace
}  // namespace fence
