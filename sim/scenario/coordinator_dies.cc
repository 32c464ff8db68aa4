// The coordinator is killed at a point that the run draws, or stands still for longer than its
// lease, also while it leaves. Whatever it was at, each of the others gets an answer or is told
// that the group has stopped, and ends; nobody waits for ever.
//
// Deadlines are infinite, and heartbeats keep timers pending: a hang is no progress.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "fence/process.h"
#include "sim/scenario/ledger.h"
#include "sim/weir.h"

namespace {

using team::kCoordinator;

// As in crash_and_restart.cc: no thread that is only slow is taken for dead.
constexpr std::chrono::seconds kLease{20};
constexpr std::chrono::seconds kBound{600};

fence::Options OptionsOf(const team::Company& run, uint32_t slot,
                         const std::shared_ptr<team::Account>& account) {
  fence::Options options = run.Member("coordinator_dies", slot, 1, account);
  options.lease = kLease;
  team::Disturb(options);
  return options;
}

void Coordinate(team::Company& run) {
  const auto account = std::make_shared<team::Account>();
  auto self = fence::Process::Create(OptionsOf(run, kCoordinator, account));
  team::Must(self.status(), kCoordinator, "create");
  run.ledger.Joined(**self);
  // Some may have given up while this process stood still, which finds the group stopped then.
  (*self)->AwaitMembers(run.workers + 1, fence::Deadline::In(kLease)).IgnoreError();
  absl::Status status;
  for (int64_t iteration = 0; status.ok() && iteration < run.iterations; ++iteration) {
    weir::Round(static_cast<uint64_t>(iteration + 1));
    status = run.ledger.SendBurst(**self, *account, run.burst);
    if (status.ok()) status = run.ledger.Pass(**self, *account, "again", run.mode).status;
  }
  const absl::Status left = (*self)->Leave();
  weir::Sometimes<"a coordinator comes back after its lease">(absl::IsCancelled(left));
  if (!left.ok()) team::MustFail(left, absl::StatusCode::kCancelled, kCoordinator, "leave");
}

void Work(team::Company& run, uint32_t slot) {
  const auto account = std::make_shared<team::Account>();
  auto self = fence::Process::Join(OptionsOf(run, slot, account), fence::Deadline::In(5 * kLease));
  if (!self.ok()) return;  // the coordinator was not there, or is no more
  run.ledger.Joined(**self);
  absl::Status status;
  while (status.ok()) {
    status = run.ledger.SendBurst(**self, *account, run.burst);
    if (status.ok()) status = run.ledger.Pass(**self, *account, "again", run.mode).status;
  }
  team::MustFail(status, absl::StatusCode::kUnavailable, slot, "barrier");
  weir::Sometimes<"a member finds the coordinator dead">(!(*self)->Health().ok());
  team::Must((*self)->Leave(), slot, "leave");
}

}  // namespace

WEIR_SCENARIO(coordinator_dies, weir::Int("workers", 1, 4, 2), weir::Int("iterations", 0, 8, 2),
              weir::Int("burst", 0, 8, 2), weir::OneOf("mode", team::kMessageModes, 0)) {
  team::Company run = team::CompanyOf(parameters);
  const std::function<void(uint32_t)> work = [&run](uint32_t slot) { Work(run, slot); };
  weir::MustEndWithin(kBound);
  const weir::Process coordinator = weir::Spawn(
      "coordinator", [&run] { Coordinate(run); }, weir::kMayCrash | weir::kMayStall);
  const auto workers = team::SpawnMembers(1, run.workers + 1, work);
  weir::Join(coordinator);
  for (const weir::Process worker : workers) weir::Join(worker);
}
