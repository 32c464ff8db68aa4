// Workers are killed at points that the run draws, and some of them start again. Whatever happens
// to them, the others' barriers return, and what a barrier promises holds among those who are in
// it.
//
// The coordinator passes a delivery barrier N times; each worker sends a burst, enters the barrier,
// and so on until the coordinator has gone. A worker that is killed is noticed by its lease; one
// that starts again joins as a new incarnation, in a new *life*.
//
// A worker that stands still for a whole lease is given up, too, and refused when it comes back.
//
// Heartbeats keep timers pending for ever, so that a hang is not a deadlock here, but no progress.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "fence/process.h"
#include "sim/scenario/ledger.h"
#include "sim/weir.h"

namespace {

constexpr uint32_t kLives =
    11;  // of each worker; how often it is killed is drawn, and soon enough over
// Longer than what a thread that is slow again and again loses between two heartbeats (a second at
// a time): nobody who lives is taken for dead, least of all the coordinator.
constexpr std::chrono::seconds kLease{20};
// From the last fault on: many leases.
constexpr std::chrono::seconds kBound{600};
using team::kCoordinator;

fence::Options OptionsOf(const team::Company& run, uint32_t slot,
                         const std::shared_ptr<team::Account>& account) {
  fence::Options options = run.Member("crash_and_restart", slot, kLives, account);
  options.lease = kLease;
  // Each life starts lower or higher than the one before it ended.
  options.first_sequence = weir::Incarnation() % 2 == 0 ? ~uint64_t{0} - 5 : 3;
  team::Disturb(options);
  return options;
}

void Coordinate(team::Company& run) {
  const auto account = std::make_shared<team::Account>();
  auto self = fence::Process::Create(OptionsOf(run, kCoordinator, account));
  team::Must(self.status(), kCoordinator, "create");
  run.ledger.Joined(**self);
  // Some may be dead before they have joined.
  (*self)
      ->AwaitMembers(run.workers + 1, fence::Deadline::In(std::chrono::seconds(1)))
      .IgnoreError();
  for (int64_t iteration = 0; iteration < run.iterations; ++iteration) {
    weir::Round(static_cast<uint64_t>(iteration + 1));
    const fence::BarrierResult result = run.ledger.Pass(**self, *account, "again", run.mode);
    team::Must(result.status, kCoordinator, "barrier");
    weir::Sometimes<"a barrier goes on without a member that was lost">(!result.satisfied());
  }
  team::Must((*self)->Leave(), kCoordinator, "leave");
}

// One life of a worker. Slow ones may be taken for dead; a group may be gone when one comes to
// join.
void Work(team::Company& run, uint32_t slot) {
  const auto account = std::make_shared<team::Account>();
  auto self = fence::Process::Join(OptionsOf(run, slot, account), fence::Deadline::In(5 * kLease));
  weir::Sometimes<"a worker starts again">(weir::Incarnation() > 0);
  if (!self.ok()) return;
  run.ledger.Joined(**self);
  absl::Status status;
  while (status.ok()) {
    status = run.ledger.SendBurst(**self, *account, run.burst);
    if (status.ok()) status = run.ledger.Pass(**self, *account, "again", run.mode).status;
  }
  weir::Sometimes<"one that comes back after its lease is refused">(absl::IsCancelled(status));
}

}  // namespace

// One that is stalled past its lease is dropped, and nobody waits for its readers: what one of them
// was about to copy may be overwritten meanwhile. It looks whether it is out after each copy.
WEIR_RACE_SUPPRESSED_IN(crash_and_restart, "RingReader::Read");

WEIR_SCENARIO(crash_and_restart, weir::Int("workers", 1, 4, 2), weir::Int("iterations", 1, 16, 6),
              weir::Int("burst", 0, 8, 2), weir::OneOf("mode", team::kMessageModes, 0)) {
  team::Company run = team::CompanyOf(parameters);
  const std::function<void(uint32_t)> work = [&run](uint32_t slot) { Work(run, slot); };
  weir::MustEndWithin(kBound);
  const weir::Process coordinator = weir::Spawn("coordinator", [&run] { Coordinate(run); });
  const auto workers =
      team::SpawnMembers(1, run.workers + 1, work, weir::kMayRestart | weir::kMayStall);
  weir::Join(coordinator);
  for (const weir::Process worker : workers) weir::Join(worker);
}
