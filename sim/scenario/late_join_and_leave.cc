// Workers join at any time, take part in a few barriers, and leave in order, again and again.
// Nobody is killed and no deadline is finite, so that a hang is a deadlock: whoever waits for one
// that has left, or that has not joined, waits for ever.
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/scenario/ledger.h"
#include "sim/weir.h"
#include "src/fence/process.h"

namespace {

constexpr uint32_t kLives = 3;  // of each worker
constexpr const char* kModes[] = {"delivery", "rendezvous", "processing"};
constexpr fence::Mode kModeValues[] = {fence::Mode::kDelivery, fence::Mode::kRendezvous,
                                       fence::Mode::kProcessing};

struct Run {
  uint32_t workers;
  int64_t iterations;
  int64_t burst;
  fence::Mode mode;
  scenario::Ledger ledger;
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
                         const std::shared_ptr<scenario::Member>& member) {
  fence::Options options;
  options.group = "late_join_and_leave";
  options.slot = slot;
  options.name = slot == 0 ? "coordinator" : "worker-" + std::to_string(slot);
  options.lease = std::chrono::nanoseconds::max();
  const fence::Handler take = scenario::Ledger::MarkerHandler(member);
  options.handlers[scenario::kMarker] = [take](fence::Process& self, const fence::Message& marker) {
    ExpectMember(self);
    take(self, marker);
  };
  options.geometry = {.slots = run.workers + 1,
                      .incarnations = 1 + run.workers * kLives,
                      .ring_messages = 16,
                      .message_bytes = 96};
  return options;
}

// In rendezvous mode nothing is promised about messages.
absl::Status Pass(Run& run, fence::Process& self, const scenario::Member& member) {
  if (run.mode == fence::Mode::kRendezvous) return self.Barrier("again", run.mode).status;
  return run.ledger.Pass(self, member, "again", run.mode).status;
}

void Coordinate(Run& run) {
  const auto member = std::make_shared<scenario::Member>();
  auto self = fence::Process::Create(OptionsOf(run, 0, member));
  scenario::Must(self.status(), "create");
  run.ledger.Joined(**self);
  for (int64_t iteration = 0; iteration < run.iterations; ++iteration) {
    weir::Round(static_cast<uint64_t>(iteration + 1));
    scenario::Must(run.ledger.SendBurst(**self, *member, run.burst), "send");
    scenario::Must(Pass(run, **self, *member), "barrier");
    weir::Spend(std::chrono::microseconds(100 * weir::Choose(3)));
  }
  scenario::Must((*self)->Leave(), "leave");
}

// One life. False when the group has ended: Unavailable, or it was not there any more.
bool Live(Run& run, uint32_t slot) {
  const auto member = std::make_shared<scenario::Member>();
  auto self = fence::Process::Join(OptionsOf(run, slot, member),
                                   fence::Deadline::In(std::chrono::seconds(5)));
  if (!self.ok()) return false;
  run.ledger.Joined(**self);
  for (uint64_t barriers = weir::Choose(4); barriers > 0; --barriers) {
    absl::Status status = run.ledger.SendBurst(**self, *member, run.burst);
    if (status.ok()) status = Pass(run, **self, *member);
    if (absl::IsUnavailable(status)) return false;
    scenario::Must(status, "a worker's barrier");
  }
  scenario::Must((*self)->Leave(), "a worker's leave");
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
              weir::Int("burst", 0, 8, 2), weir::OneOf("mode", kModes, 0)) {
  Run run = {.workers = static_cast<uint32_t>(parameters["workers"]),
             .iterations = parameters["iterations"],
             .burst = parameters["burst"],
             .mode = kModeValues[parameters["mode"]],
             .ledger = {}};
  std::vector<weir::Process> members;
  members.push_back(weir::Spawn("coordinator", [&run] { Coordinate(run); }));
  for (uint32_t slot = 1; slot <= run.workers; ++slot) {
    members.push_back(
        weir::Spawn(("worker-" + std::to_string(slot)).c_str(), [&run, slot] { Work(run, slot); }));
  }
  for (const weir::Process member : members) weir::Join(member);
}
