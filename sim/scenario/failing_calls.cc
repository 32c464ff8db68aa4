// Calls of the system fail now and then, in each member, at any time: while it creates or joins the
// group, and when a reader's thread is to be started later. Whoever cannot go on says so with a
// status, leaves nothing behind that is in the way of a second try, and keeps nobody waiting.
//
// Each member tries a few times. What barriers promise holds among those who are in them.
#include <fcntl.h>
#include <sys/mman.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fence/process.h"
#include "sim/scenario/ledger.h"
#include "sim/weir.h"

namespace {

using team::kCoordinator;

constexpr uint32_t kTries = 6;

// Groups that came to be, one after the other: each has a name and a ledger of its own.
struct Run {
  explicit Run(const team::Company& company) : groups(kTries + 1, company) {}

  team::Company& company() { return groups[ended]; }
  std::string Name(uint32_t group) const { return team::Text("failing_calls-", group); }
  std::string Name() const { return Name(ended); }

  uint32_t ended = 0;
  std::vector<team::Company> groups;
};

// How a call may fail that the system refused, or whose peer has gone for such a reason.
void ExpectHonest(const absl::Status& status, uint32_t slot, const char* what) {
  const bool honest = absl::IsResourceExhausted(status) || absl::IsUnavailable(status) ||
                      absl::IsInternal(status) || absl::IsNotFound(status) ||
                      absl::IsDeadlineExceeded(status);
  weir::Expect(honest, "wrong_status",
               [&] { return team::Text(team::Name(slot), ": ", what, ": ", status.ToString()); });
}

// Passes barriers until one fails, or all are through.
void Pass(team::Company& run, fence::Process& self, const team::Account& account) {
  for (int64_t iteration = 0; iteration < run.iterations; ++iteration) {
    const absl::Status status = run.ledger.Pass(self, account, "again", run.mode).status;
    if (!status.ok()) return ExpectHonest(status, self.slot(), "barrier");
  }
}

// A name that is left behind would refuse the next try with AlreadyExists.
void Coordinate(Run& all) {
  for (uint32_t tries = 0; tries < kTries; ++tries) {
    const auto account = std::make_shared<team::Account>();
    team::Company& run = all.company();
    auto self = fence::Process::Create(run.Member(all.Name(), kCoordinator, kTries, account));
    weir::Sometimes<"a group can not be created">(!self.ok());
    if (!self.ok()) {
      ExpectHonest(self.status(), kCoordinator, "create");
      continue;
    }
    run.ledger.Joined(**self);
    (*self)
        ->AwaitMembers(run.workers + 1, fence::Deadline::In(std::chrono::milliseconds(100)))
        .IgnoreError();
    Pass(run, **self, *account);
    const bool healthy = (*self)->Health().ok();
    weir::Sometimes<"a member fails later">(!healthy);
    const absl::Status left = (*self)->Leave();
    if (!left.ok()) ExpectHonest(left, kCoordinator, "leave");
    ++all.ended;
    if (healthy) return;
  }
}

void Work(Run& all, uint32_t slot) {
  for (uint32_t tries = 0; tries < kTries; ++tries) {
    const auto account = std::make_shared<team::Account>();
    team::Company& run = all.company();
    auto self = fence::Process::Join(run.Member(all.Name(), slot, kTries, account),
                                     fence::Deadline::In(std::chrono::milliseconds(500)));
    weir::Sometimes<"a group can not be joined for lack of memory">(
        absl::IsResourceExhausted(self.status()));
    if (!self.ok()) {
      ExpectHonest(self.status(), slot, "join");
      continue;
    }
    run.ledger.Joined(**self);
    absl::Status status;
    while (status.ok()) {
      // A member that is alone must not keep the coordinator's deadline from passing.
      weir::Spend(std::chrono::microseconds(10));
      status = run.ledger.SendBurst(**self, *account, run.burst);
      if (status.ok()) status = run.ledger.Pass(**self, *account, "again", run.mode).status;
    }
    ExpectHonest(status, slot, "barrier");
    (*self)->Leave().IgnoreError();
  }
}

}  // namespace

WEIR_SCENARIO(failing_calls, weir::Int("workers", 1, 3, 2), weir::Int("iterations", 1, 8, 3),
              weir::Int("burst", 0, 4, 2), weir::OneOf("mode", team::kMessageModes, 0)) {
  Run run(team::CompanyOf(parameters));
  const std::function<void(uint32_t)> work = [&run](uint32_t slot) { Work(run, slot); };
  const weir::Process coordinator = weir::Spawn(
      "coordinator", [&run] { Coordinate(run); }, weir::kCallsMayFail);
  const auto workers = team::SpawnMembers(1, run.company().workers + 1, work, weir::kCallsMayFail);
  weir::Join(coordinator);
  for (const weir::Process worker : workers) weir::Join(worker);
  for (uint32_t group = 0; group < run.groups.size(); ++group) {
    const int fd = shm_open(("/fence." + run.Name(group)).c_str(), O_RDWR, 0);
    weir::Expect(fd < 0, "left_behind", [&] { return run.Name(group) + " is still there"; });
  }
}
