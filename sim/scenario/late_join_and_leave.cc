// Workers join at any time, take part in a few barriers, and leave in order, again and again.
// Nobody is killed and no deadline is finite, but for the first look at who is there, so that a
// hang is a deadlock: whoever waits for one that has left, or that has not joined, waits for ever.
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "fence/process.h"
#include "sim/scenario/ledger.h"
#include "sim/weir.h"

namespace {

constexpr uint32_t kLives = 3;  // of each worker
// When the coordinator begins: when all have joined, if that comes to pass (who has joined first
// may have left), or at once. Together, its first barrier and the first leaving meet.
constexpr const char* kBegin[] = {"together", "at_once"};
using team::kCoordinator;

struct Run : team::Company {
  bool together;
};

// A handler may send, and what it sends must reach all: nobody handles anything before he is a
// member.
void ExpectMember(const fence::Process& self) {
  for (const fence::MemberView& view : self.Look().members) {
    if (view.incarnation != self.incarnation()) continue;
    weir::Expect(view.status != fence::MemberStatus::kJoining, "handled_before_member", [&] {
      return "life " + std::to_string(self.incarnation()) +
             " handles a message while it is joining";
    });
  }
}

fence::Options OptionsOf(const Run& run, uint32_t slot,
                         const std::shared_ptr<team::Account>& account) {
  fence::Options options = run.Member("late_join_and_leave", slot, kLives, account);
  team::Disturb(options);
  fence::Handler& handler = options.handlers[team::kMark];
  handler = [take = std::move(handler)](fence::Process& self, const fence::Message& marker) {
    ExpectMember(self);
    take(self, marker);
  };
  return options;
}

// In rendezvous mode nothing is promised about messages.
absl::Status Pass(Run& run, fence::Process& self, const team::Account& account) {
  if (run.mode == fence::Mode::kRendezvous) return self.Barrier("again", run.mode).status;
  return run.ledger.Pass(self, account, "again", run.mode).status;
}

void Coordinate(Run& run) {
  const auto account = std::make_shared<team::Account>();
  auto self = fence::Process::Create(OptionsOf(run, kCoordinator, account));
  team::Must(self.status(), kCoordinator, "create");
  run.ledger.Joined(**self);
  if (run.together) {
    (*self)
        ->AwaitMembers(run.workers + 1, fence::Deadline::In(std::chrono::seconds(1)))
        .IgnoreError();
  }
  for (int64_t iteration = 0; iteration < run.iterations; ++iteration) {
    weir::Round(static_cast<uint64_t>(iteration + 1));
    team::Must(run.ledger.SendBurst(**self, *account, run.burst), kCoordinator, "send");
    team::Must(Pass(run, **self, *account), kCoordinator, "barrier");
    weir::Spend(std::chrono::microseconds(100 * weir::Choose(3)));
  }
  team::Must((*self)->Leave(), kCoordinator, "leave");
}

// One life. False when the group has ended: Unavailable, or it was not there any more.
bool Live(Run& run, uint32_t slot) {
  const auto account = std::make_shared<team::Account>();
  auto self = fence::Process::Join(OptionsOf(run, slot, account),
                                   fence::Deadline::In(std::chrono::seconds(5)));
  if (!self.ok()) return false;
  run.ledger.Joined(**self);
  for (uint64_t barriers = weir::Choose(4); barriers > 0; --barriers) {
    absl::Status status = run.ledger.SendBurst(**self, *account, run.burst);
    if (status.ok()) status = Pass(run, **self, *account);
    if (absl::IsUnavailable(status)) return false;
    team::Must(status, slot, "barrier");
  }
  team::Must((*self)->Leave(), slot, "leave");
  const fence::BarrierResult after = (*self)->Barrier("again", run.mode);
  weir::Expect(absl::IsFailedPrecondition(after.status), "call_after_leave",
               [&] { return "a barrier after leave: " + after.status.ToString(); });
  return true;
}

void Work(Run& run, uint32_t slot) {
  for (uint32_t life = 0; life < kLives; ++life) {
    weir::Spend(std::chrono::microseconds(100 * weir::Choose(4)));
    if (!Live(run, slot)) return;
  }
}

}  // namespace

WEIR_SCENARIO(late_join_and_leave, weir::Int("workers", 1, 4, 2), weir::Int("iterations", 1, 16, 6),
              weir::Int("burst", 0, 8, 2), weir::OneOf("mode", team::kModes, 0),
              weir::OneOf("begin", kBegin, 0)) {
  Run run = {{.workers = static_cast<uint32_t>(parameters["workers"]),
              .iterations = parameters["iterations"],
              .burst = parameters["burst"],
              .mode = team::kModeValues[parameters["mode"]]},
             /*together=*/parameters["begin"] == 0};
  team::RunMembers(run.workers + 1, [&run](uint32_t slot) {
    if (slot == kCoordinator) return Coordinate(run);
    Work(run, slot);
  });
}
