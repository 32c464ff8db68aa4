// Members that do not agree on what the barrier is to promise.
//
// All call the same barrier; the last one asks for another mode than the others. Whoever comes
// first sets the mode of the round; a call in the other mode is refused at once, the round goes on,
// and the refused member calls again in that mode, for the same round. So each return keeps the
// promise of the mode that was asked for, and nobody is off by one.

#include "sim/scenario/team.h"

namespace {

struct Settings {
  uint32_t members;
  int64_t iterations;
  int64_t burst;
  std::chrono::nanoseconds handler_cost;
  fence::Mode mode;   // of all but the last member, at first
  fence::Mode other;  // of the last one
};

struct Run {
  explicit Run(const Settings& chosen) : settings(chosen), book(chosen.members) {}
  const Settings settings;
  team::Book book;
};

// Asks for `mode`, and for the other one if that is refused; the mode that was granted.
fence::Mode Enter(Run& run, fence::Process& self, fence::Mode mode) {
  const uint32_t slot = self.slot();
  fence::BarrierResult result = self.Barrier("mixed", mode);
  if (absl::IsFailedPrecondition(result.status)) {
    const uint64_t refused = result.round;
    mode = mode == run.settings.mode ? run.settings.other : run.settings.mode;
    result = self.Barrier("mixed", mode);
    weir::Expect(result.round == refused, "other_round", [&] {
      return team::Text(team::Name(slot), ": the call after a refusal was answered for another",
                        " round");
    });
  }
  weir::Expect(result.satisfied(), "barrier_not_satisfied", [&] {
    return team::Text(team::Name(slot), ": barrier returned ",
                      fence::ToString(result.phases.rendezvous), ": ", result.status.ToString());
  });
  run.book.Returned(slot, result.round);
  return mode;
}

void BeMember(Run& run, uint32_t slot) {
  const Settings& settings = run.settings;
  fence::Options options = team::Member("mixed_modes", settings.members, slot);
  options.handlers[team::kMark] = team::BookHandler(&run.book, settings.handler_cost);
  const std::unique_ptr<fence::Process> self = team::Start(std::move(options));
  const fence::Mode wanted = slot + 1 == settings.members ? settings.other : settings.mode;
  for (int64_t iteration = 0; iteration < settings.iterations; ++iteration) {
    team::SendBurst(*self, slot, iteration * settings.burst, settings.burst);
    run.book.Entering(slot);
    const fence::Mode granted = Enter(run, *self, wanted);
    run.book.ExpectAllEntered(slot, iteration);
    run.book.ExpectPromise(slot, granted, (iteration + 1) * settings.burst);
  }
  team::End(*self);
}

}  // namespace

WEIR_SCENARIO(mixed_modes, weir::Int("members", 2, 4, 3), weir::Int("iterations", 1, 16, 6),
              weir::Int("burst", 1, 8, 2), weir::Int("handler_cost_us", 0, 5'000, 100),
              weir::OneOf("mode", team::kModes, 0), weir::OneOf("other", team::kModes, 1)) {
  Run run({.members = static_cast<uint32_t>(parameters["members"]),
           .iterations = parameters["iterations"],
           .burst = parameters["burst"],
           .handler_cost = std::chrono::microseconds(parameters["handler_cost_us"]),
           .mode = team::kModeValues[parameters["mode"]],
           .other = team::kModeValues[parameters["other"]]});
  team::RunMembers(run.settings.members, [&](uint32_t slot) { BeMember(run, slot); });
  run.book.ExpectSameRounds();
}
