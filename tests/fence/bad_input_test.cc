// Names, sizes and calls that cannot be, at the public API: a status that says what and where.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

#include "fence/process.h"
#include "tests/fence/team.h"

namespace fence {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

std::string Refusal(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  return std::string(status.message());
}

// What Create says of a coordinator's options after `change`.
template <typename F>
std::string CreateRefuses(F change) {
  Options options = Team("bad").Member(0);
  change(&options);
  return Refusal(Process::Create(std::move(options)).status());
}

TEST(BadInput, GroupNamesAreNamedInTheRefusal) {
  const std::string expected = "expected 1 to 200 characters without '/'";
  for (const std::string& name : {std::string(), std::string("a/b"), std::string(201, 'x')}) {
    EXPECT_EQ(CreateRefuses([&](Options* options) { options->group = name; }),
              "group name \"" + name + "\": " + expected);
    Options options;
    options.group = name;
    EXPECT_EQ(Refusal(Process::Join(std::move(options)).status()),
              "group name \"" + name + "\": " + expected);
  }
}

TEST(BadInput, OptionsOutOfRangeAreNamedInTheRefusal) {
  EXPECT_EQ(CreateRefuses([](Options* options) { options->slot = 16; }),
            "slot: expected less than 16, got 16");
  EXPECT_EQ(CreateRefuses([](Options* options) { options->geometry.slots = 65; }),
            "geometry.slots: expected 1 to 64 (the incarnations), got 65");
  EXPECT_EQ(CreateRefuses([](Options* options) { options->geometry.ring_messages = 100; }),
            "geometry.ring_messages: expected a power of two from 2 to 1048576, got 100");
  EXPECT_EQ(CreateRefuses([](Options* options) { options->geometry.message_bytes = 100; }),
            "geometry.message_bytes: expected a multiple of 8 from 96 to 1048576, got 100");
  EXPECT_EQ(CreateRefuses([](Options* options) { options->geometry.incarnations = 5000; }),
            "geometry.incarnations: expected 1 to 4096, got 5000");
  EXPECT_EQ(CreateRefuses([](Options* options) { options->lease = nanoseconds(5); }),
            "lease: expected 1 ms to a day, or none, got 5 ns");
  EXPECT_EQ(CreateRefuses([](Options* options) { options->patience = nanoseconds(-1); }),
            "patience: expected no negative number, got -1");
  EXPECT_EQ(CreateRefuses([](Options* options) { options->answer_grace = nanoseconds(-2); }),
            "answer_grace: expected no negative number, got -2");
  EXPECT_EQ(CreateRefuses([](Options* options) { options->spins = -3; }),
            "spins: expected no negative number, got -3");
}

TEST(BadInput, JoinChecksItsOptionsToo) {
  Team team("join_options");
  team.Start(team.Member(0));
  Options impatient = team.Member(1);
  impatient.patience = nanoseconds(-1);
  EXPECT_EQ(Refusal(Process::Join(std::move(impatient)).status()),
            "patience: expected no negative number, got -1");
  EXPECT_EQ(Refusal(Process::Join(team.Member(16)).status()),
            "slot: expected less than 16, got 16");
}

TEST(BadInput, AMembersNameIsCutAtItsLimit) {
  Team team("long_name");
  Options options = team.Member(0);
  options.name = std::string(200, 'n');
  Process& process = team.Start(std::move(options));
  EXPECT_EQ(process.Look().members[0].name, std::string(32, 'n'));
  team.Start(team.Member(1));  // whose record lies behind that name
}

TEST(BadInput, AMessageThatIsTooLargeIsNamedWithItsSizeAndTheLimit) {
  Team team("large_message");
  Options options = team.Member(0);
  options.geometry = {.slots = 2, .incarnations = 4, .ring_messages = 2, .message_bytes = 96};
  Process& process = team.Start(std::move(options));
  // Larger than the whole ring, too.
  EXPECT_EQ(Refusal(process.Send(7, std::string(1000, 'x'))),
            "a message of type 7 with 1000 bytes, but this group's limit is 96 (message_bytes)");
  EXPECT_TRUE(process.Send(7, std::string(96, 'x')).ok());
}

TEST(BadInput, MoreMembersThanTheGroupHasRoomForAreNotWaitedFor) {
  Team team("too_many");
  Process& process = team.Start(team.Member(0));
  EXPECT_EQ(Refusal(process.AwaitMembers(17, Deadline::Infinite())),
            "count: the group has room for 16 members, got 17");
}

TEST(BadInput, EveryCallAfterLeaveIsRefused) {
  for (const uint32_t slot : {0, 1}) {
    Team team("after_leave");
    Process* process = &team.Start(team.Member(0));
    if (slot == 1) process = &team.Start(team.Member(1));
    ASSERT_TRUE(process->Leave().ok());
    const absl::Status left = absl::FailedPreconditionError("this process has left the group");
    EXPECT_EQ(process->Leave(), left);
    EXPECT_EQ(process->Send(1, "x"), left);
    EXPECT_EQ(process->Send(1, "x", Deadline::Infinite()), left);
    EXPECT_EQ(process->AwaitMembers(1), left);
    EXPECT_EQ(process->Barrier("b", Mode::kDelivery).status, left);
    EXPECT_EQ(process->RunAfterCurrentHandler([] {}).code(), absl::StatusCode::kFailedPrecondition);
    process->SetService(true);  // without effect: there are no readers any more
    EXPECT_FALSE(process->Describe().empty());
  }
}

TEST(BadInput, AThreadThatAwaitsMembersIsToldThatItsProcessHasLeft) {
  Team team("await_left");
  Process& process = team.Start(team.Member(0));
  std::thread waiter([&] {
    EXPECT_EQ(process.AwaitMembers(2, Deadline::Infinite()).message(),
              "this process has left the group");
  });
  std::this_thread::sleep_for(milliseconds(10));
  EXPECT_TRUE(process.Leave().ok());
  waiter.join();
}

}  // namespace
}  // namespace fence
