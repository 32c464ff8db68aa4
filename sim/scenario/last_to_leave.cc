// Whoever is told that he has left may switch everything off.
//
// All but one member wait in a barrier; the last one leaves instead, which lets the others go. Once
// Leave has returned to it the coordinator is killed. What its leaving completed was answered
// before, so each of the others still gets its answer, from the reply ring of a dead coordinator;
// none is told that the group has stopped.

#include <string>
#include <thread>

#include "sim/scenario/team.h"

namespace {

// As long as in crash_and_restart.cc: no slow thread is taken for dead. It also wakes those whom
// the coordinator was killed before it could wake.
constexpr std::chrono::seconds kLease{20};

constexpr char kName[] = "last";

struct Run {
  uint32_t waiters;         // beside the coordinator
  team::Gate waiting = {};  // all but the one that leaves
  team::Gate killed = {};   // never passed
  weir::Process coordinator = {};

  uint32_t members() const { return waiters + 2; }
};

std::unique_ptr<fence::Process> Start(const Run& run, uint32_t slot) {
  fence::Options options = team::Member("last_to_leave", run.members(), slot);
  options.lease = kLease;
  return team::Start(std::move(options));
}

// How many the coordinator knows to wait in a barrier.
uint32_t Waiting(const fence::Process& self) {
  constexpr std::string_view kWaits = " waits\n";
  const std::string text = self.Describe();
  uint32_t count = 0;
  for (size_t at = text.find(kWaits); at != std::string::npos; at = text.find(kWaits, at + 1))
    ++count;
  return count;
}

void Coordinate(Run& run) {
  const std::unique_ptr<fence::Process> self = Start(run, team::kCoordinator);
  std::thread waiter([&] { self->Barrier(kName, fence::Mode::kRendezvous); });
  // Others may be slow for a second.
  for (std::chrono::microseconds pause(100); Waiting(*self) <= run.waiters; pause *= 2)
    weir::Spend(pause);
  run.waiting.Pass();
  run.killed.Await(1);  // it never leaves
}

void Wait(const Run& run, uint32_t slot) {
  const std::unique_ptr<fence::Process> self = Start(run, slot);
  const fence::BarrierResult result = self->Barrier(kName, fence::Mode::kRendezvous);
  weir::Expect(result.status.ok(), "told_too_late", [&] {
    return team::Text(team::Name(slot), " was not told that its barrier is through before the one ",
                      "that left was told so: ", result.status.ToString());
  });
}

void LeaveLast(Run& run, uint32_t slot) {
  const std::unique_ptr<fence::Process> self = Start(run, slot);
  run.waiting.Await(1);
  team::Must(self->Leave(), slot, "leave");
  weir::Kill(run.coordinator);
}

}  // namespace

WEIR_SCENARIO(last_to_leave, weir::Int("waiters", 1, 6, 3)) {
  Run run{.waiters = static_cast<uint32_t>(parameters["waiters"])};
  const std::function<void(uint32_t)> work = [&run](uint32_t slot) {
    if (slot <= run.waiters) return Wait(run, slot);
    LeaveLast(run, slot);
  };
  run.coordinator = weir::Spawn("coordinator", [&run] { Coordinate(run); });
  const auto workers = team::SpawnMembers(1, run.members(), work);
  weir::Join(run.coordinator);
  for (const weir::Process worker : workers) weir::Join(worker);
}
