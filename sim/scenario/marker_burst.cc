// The seed's regression: a coordinator and W workers pass a barrier N times. In each iteration
// every worker sends a burst of B numbered markers and then enters the barrier; the coordinator,
// whose handler is slow, must have handled all of them when its own barrier returns: in order, none
// missed, none twice. Every other member is held to the same promise. Deadlines are infinite, so
// that a hang is a hang.
//
// The bookkeeping. A count of the log belongs to one (observer, sender) and is written by that
// observer's reader of that sender alone; main reads it after its barrier has returned. Counts only
// grow and are never reset: a counter that main set back while a handler of the next burst runs
// would fail a correct barrier. They are plain numbers, since what orders the two is the very
// promise that is tested; an atomic would add scheduling points and order what a broken barrier
// leaves unordered.

#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "fence/process.h"
#include "sim/scenario/team.h"
#include "sim/weir.h"

namespace {

using team::Enter;
using team::FirstSequence;
using team::kCoordinator;
using team::Must;
using team::Name;
using team::Text;

constexpr uint32_t kMarker = 1;
// What a worker sends.
struct Marker {
  int64_t iteration;  // from 0
  int64_t number;     // within its burst, from 0
};

struct Settings {
  uint32_t members;  // the coordinator included
  int64_t iterations;
  int64_t burst;
  std::chrono::nanoseconds handler_cost;  // of the coordinator's handler
  fence::Mode mode;
  int64_t first;  // index into team::kFirsts
};

// Everything that one execution knows beside the barrier itself.
struct Run {
  explicit Run(const Settings& chosen)
      : settings(chosen), log(chosen.members, chosen.members), entered(chosen.members) {}

  const Settings settings;
  weir::MarkerLog log;           // of each member by each, by slots
  std::vector<int64_t> entered;  // by slot: barriers entered so far; written by that member's main
};

// "first marker" or "marker 6 of 8"; people count from 1.
std::string MarkerText(int64_t number, int64_t burst) {
  return number == 0 ? "first marker" : Text("marker ", number + 1, " of ", burst);
}

// --- handlers
// --------------------------------------------------------------------------------------------------

// Each marker is the next one of its sender, or something has gone wrong already.
void TakeMarker(Run& run, const fence::Process& self, const fence::Message& message) {
  Marker marker;
  std::memcpy(&marker, message.payload.data(), sizeof(marker));
  const int64_t burst = run.settings.burst;
  run.log.Handle(self.slot(), message.sender_slot, marker.iteration * burst + marker.number, [&] {
    return Text(Name(self.slot()), " handled ", MarkerText(marker.number, burst), " of iteration ",
                marker.iteration + 1, " of ", Name(message.sender_slot), " after ",
                run.log.handled(self.slot(), message.sender_slot), " markers in all");
  });
}

fence::Handler MarkerHandler(Run* run) {
  return [run](fence::Process& self, const fence::Message& message) {
    if (self.slot() == kCoordinator) weir::Spend(run->settings.handler_cost);
    TakeMarker(*run, self, message);
  };
}

// --- what must hold when a barrier has returned
// ----------------------------------------------------------------

void ExpectAllEntered(const Run& run, uint32_t self, int64_t iteration) {
  for (uint32_t member = 0; member < run.settings.members; ++member) {
    weir::Expect(run.entered[member] > iteration, "early_return", [&] {
      return Text(Name(self), " returned from the barrier of iteration ", iteration + 1, " before ",
                  Name(member), " had entered it");
    });
  }
}

void ExpectHandled(const Run& run, uint32_t observer, uint32_t sender, int64_t iteration) {
  const int64_t burst = run.settings.burst;
  const int64_t delivered = run.log.handled(observer, sender) - iteration * burst;
  run.log.ExpectHandled(observer, sender, (iteration + 1) * burst, [&] {
    return Text(Name(observer), " did not observe ", MarkerText(delivered, burst),
                " for iteration ", iteration + 1, " of ", Name(sender), ": barrier released with ",
                delivered, " of ", burst, " delivered");
  });
}

void ExpectHandledAtOne(const Run& run, uint32_t observer, int64_t iteration) {
  for (uint32_t sender = 1; sender < run.settings.members; ++sender) {
    if (sender != observer) ExpectHandled(run, observer, sender, iteration);
  }
}

// Facts for the trace: of each ring that `self` reads.
void ObserveProgress(const Run& run, const fence::Process& self, int64_t iteration) {
  weir::IfWatched([&] {
    const fence::Snapshot now = self.Look();
    for (const fence::ProgressView& view : now.progress) {
      if (view.observer != self.incarnation()) continue;
      for (const fence::MemberView& sender : now.members) {
        if (sender.incarnation != view.sender || sender.slot == kCoordinator) continue;
        const std::string of = Name(sender.slot);
        weir::Observe(of + ".target", (iteration + 1) * run.settings.burst);
        weir::Observe(of + ".leading", static_cast<int64_t>(sender.published.sequence));
        weir::Observe(of + ".published", static_cast<int64_t>(view.observed.progress.sequence));
        weir::Observe(of + ".drained", run.log.handled(self.slot(), sender.slot));
      }
    }
  });
}

void ExpectPromise(const Run& run, uint32_t self, int64_t iteration) {
  ExpectAllEntered(run, self, iteration);
  if (run.settings.mode == fence::Mode::kDelivery) ExpectHandledAtOne(run, self, iteration);
  if (run.settings.mode != fence::Mode::kProcessing) return;
  for (uint32_t observer = 0; observer < run.settings.members; ++observer) {
    ExpectHandledAtOne(run, observer, iteration);
  }
}

// --- the members
// -----------------------------------------------------------------------------------------------

void SendBurst(const Settings& settings, fence::Process& self, int64_t iteration) {
  for (int64_t number = 0; number < settings.burst; ++number) {
    const Marker marker{iteration, number};
    Must(self.Send(kMarker, {reinterpret_cast<const char*>(&marker), sizeof(marker)}), self.slot(),
         "send");
  }
}

void Iterate(Run& run, fence::Process& self) {
  for (int64_t iteration = 0; iteration < run.settings.iterations; ++iteration) {
    if (self.slot() == kCoordinator) {
      weir::Round(static_cast<uint64_t>(iteration + 1));
    } else {
      SendBurst(run.settings, self, iteration);
    }
    ++run.entered[self.slot()];
    Enter(self, "iteration", run.settings.mode);
    ObserveProgress(run, self, iteration);
    ExpectPromise(run, self.slot(), iteration);
  }
}

fence::Options Member(Run* run, uint32_t slot) {
  const uint32_t members = run->settings.members;
  fence::Options options;
  options.group = "marker_burst";
  options.slot = slot;
  options.name = Name(slot);
  options.first_sequence = FirstSequence(run->settings.first, slot);
  options.first_reply = FirstSequence(run->settings.first, members);
  options.handlers[kMarker] = MarkerHandler(run);
  options.lease = std::chrono::nanoseconds::max();  // nobody dies here
  options.spins = 0;                                // each look is a point
  // A ring holds a burst and little more, so that a fast worker meets a full one.
  options.geometry = {
      .slots = members, .incarnations = members, .ring_messages = 32, .message_bytes = 96};
  return options;
}

void BeMember(Run* run, uint32_t slot) {
  const std::unique_ptr<fence::Process> self = team::Start(Member(run, slot));
  Iterate(*run, *self);
  team::End(*self);
}

}  // namespace

WEIR_SCENARIO(marker_burst, weir::Int("workers", 1, 8, 2), weir::Int("iterations", 1, 64, 64),
              weir::Int("burst", 1, 16, 8), weir::Int("handler_cost_us", 0, 50'000, 12'000),
              weir::OneOf("first_sequence", team::kFirsts, 0),
              weir::OneOf("mode", team::kModes, 0)) {
  Run run({.members = static_cast<uint32_t>(parameters["workers"]) + 1,
           .iterations = parameters["iterations"],
           .burst = parameters["burst"],
           .handler_cost = std::chrono::microseconds(parameters["handler_cost_us"]),
           .mode = team::kModeValues[parameters["mode"]],
           .first = parameters["first_sequence"]});
  std::vector<weir::Process> members;
  for (uint32_t slot = 0; slot < run.settings.members; ++slot) {
    members.push_back(weir::Spawn(Name(slot).c_str(), [&run, slot] { BeMember(&run, slot); }));
  }
  for (const weir::Process member : members) weir::Join(member);
}
