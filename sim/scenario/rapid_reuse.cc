// One barrier name, round after round, with nothing in between: a fast member is back at the
// barrier while a slow one has not left it. Its new call belongs to the next round; absorbed into
// the old one, it would return early, or the slow one would wait for ever.
//
// Nobody returns from round k before all have entered it, and all members' k-th calls are answered
// for the same round. Deadlines are infinite, so that a hang is a hang.

#include "sim/scenario/team.h"

namespace {

// "changing" takes the modes in turn: round by round, not within one.
constexpr const char* kReuseModes[] = {"delivery", "rendezvous", "processing", "changing"};
constexpr int64_t kChanging = 3;

struct Run {
  team::Book book;
  const int64_t rounds;
  const int64_t mode;  // index into kReuseModes
  const int64_t first;
  const std::chrono::nanoseconds lag;  // of the last member, before each call
};

fence::Mode ModeOf(const Run& run, int64_t round) {
  return team::kModeValues[run.mode == kChanging ? round % kChanging : run.mode];
}

void BeMember(Run& run, uint32_t slot) {
  const uint32_t members = run.book.members();
  fence::Options options = team::Member("rapid_reuse", members, slot);
  options.first_sequence = team::FirstSequence(run.first, slot);
  options.first_reply = team::FirstSequence(run.first, members);
  const std::unique_ptr<fence::Process> self = team::Start(std::move(options));
  const bool lags = slot == members - 1 && run.lag.count() > 0;
  for (int64_t round = 0; round < run.rounds; ++round) {
    if (lags) weir::Spend(run.lag);
    run.book.Entering(slot);
    run.book.Returned(slot, team::Enter(*self, "again", ModeOf(run, round)));
    run.book.ExpectAllEntered(slot, round);
  }
  team::End(*self);
}

}  // namespace

WEIR_SCENARIO(rapid_reuse, weir::Int("members", 2, 6, 3), weir::Int("rounds", 1, 64, 24),
              weir::OneOf("mode", kReuseModes, kChanging), weir::Int("lag_us", 0, 1'000, 0),
              weir::OneOf("first_sequence", team::kFirsts, 0)) {
  Run run{.book = team::Book(static_cast<uint32_t>(parameters["members"])),
          .rounds = parameters["rounds"],
          .mode = parameters["mode"],
          .first = parameters["first_sequence"],
          .lag = std::chrono::microseconds(parameters["lag_us"])};
  team::RunMembers(run.book.members(), [&](uint32_t slot) { BeMember(run, slot); });
  run.book.ExpectSameRounds();
}
