// Members that start in service state, stay there for long, and go back to it now and then.
//
// What a reader holds back is unhandled, whatever else lies behind it: a barrier that waits for it
// waits until the member serves, and none is missed. While a member has never served, no handler
// runs in it.

#include <thread>

#include "sim/scenario/team.h"

namespace {

constexpr const char* kWho[] = {"coordinator", "workers", "all"};

struct Settings {
  uint32_t members;
  int64_t iterations;
  int64_t burst;
  std::chrono::nanoseconds hold;  // how long each stay in service state lasts
  int64_t returns;                // how often a slow member goes back to it
  int64_t who;                    // index into kWho: these are slow
  fence::Mode mode;
};

struct Run {
  explicit Run(const Settings& chosen)
      : settings(chosen), book(chosen.members), has_served(chosen.members) {}

  const Settings settings;
  team::Book book;
  std::vector<int64_t> has_served;  // by slot: 1 from just before its first SetService(false)
};

bool IsSlow(const Settings& settings, uint32_t slot) {
  return settings.who == 2 || (settings.who == 0) == (slot == team::kCoordinator);
}

fence::Handler MarkHandler(Run* run) {
  return [run](fence::Process& self, const fence::Message& message) {
    const bool held = IsSlow(run->settings, self.slot()) && run->has_served[self.slot()] == 0;
    weir::Expect(!held, "handled_in_service", [&] {
      return team::Text(team::Name(self.slot()), " handled a mark of ",
                        team::Name(message.sender_slot), " while it held everything back");
    });
    run->book.Take(self.slot(), message);
  };
}

// Ends with the member in service for the others.
void Switch(Run& run, fence::Process& self) {
  weir::Spend(run.settings.hold);
  run.has_served[self.slot()] = 1;
  self.SetService(false);
  for (int64_t i = 0; i < run.settings.returns; ++i) {
    weir::Spend(run.settings.hold);
    self.SetService(true);
    weir::Spend(run.settings.hold);
    self.SetService(false);
  }
}

void Iterate(Run& run, fence::Process& self) {
  const Settings& settings = run.settings;
  const uint32_t slot = self.slot();
  for (int64_t iteration = 0; iteration < settings.iterations; ++iteration) {
    team::SendBurst(self, slot, iteration * settings.burst, settings.burst);
    run.book.Entering(slot);
    run.book.Returned(slot, team::Enter(self, "iteration", settings.mode));
    run.book.ExpectAllEntered(slot, iteration);
    run.book.ExpectPromise(slot, settings.mode, (iteration + 1) * settings.burst);
  }
}

void BeMember(Run& run, uint32_t slot) {
  const bool slow = IsSlow(run.settings, slot);
  fence::Options options = team::Member("slow_reader_start", run.settings.members, slot);
  options.first_sequence = team::FirstSequence(2, slot);
  options.start_in_service = slow;
  options.handlers[team::kMark] = MarkHandler(&run);
  const std::unique_ptr<fence::Process> self = team::Start(std::move(options));
  std::thread switching;
  if (slow) switching = std::thread([&] { Switch(run, *self); });
  Iterate(run, *self);
  if (slow) switching.join();
  team::End(*self);
}

}  // namespace

WEIR_SCENARIO(slow_reader_start, weir::Int("members", 2, 5, 3), weir::Int("iterations", 1, 16, 6),
              weir::Int("burst", 1, 40, 3), weir::Int("hold_us", 0, 60'000'000, 20'000),
              weir::Int("returns", 0, 8, 3), weir::OneOf("who", kWho, 2),
              weir::OneOf("mode", team::kModes, 0)) {
  Run run({.members = static_cast<uint32_t>(parameters["members"]),
           .iterations = parameters["iterations"],
           .burst = parameters["burst"],
           .hold = std::chrono::microseconds(parameters["hold_us"]),
           .returns = parameters["returns"],
           .who = parameters["who"],
           .mode = team::kModeValues[parameters["mode"]]});
  team::RunMembers(run.settings.members, [&](uint32_t slot) { BeMember(run, slot); });
  run.book.ExpectSameRounds();
}
