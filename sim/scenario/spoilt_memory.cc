// One member's part of the shared memory is spoilt, as by a stray store: its record, its ring, or a
// cell that it writes as a reader. The coordinator finds what cannot be and drops the member that
// writes it; nobody else is dropped, and the others go on, with each other's marks handled.
//
// Nothing has a deadline or a lease: who is not found out is waited for for ever.

#include <chrono>
#include <cstdint>
#include <memory>

#include "fence/layout.h"
#include "fence/process.h"
#include "fence/segment.h"
#include "sim/scenario/team.h"

namespace {

constexpr const char* kGroup = "spoilt_memory";
constexpr const char* kSpots[] = {"status", "ring_epoch", "position", "state", "cell_epoch"};
enum Spot { kStatus, kRingEpoch, kPosition, kState, kCellEpoch };
constexpr const char* kWhens[] = {"meanwhile", "afterwards"};

struct Run {
  uint32_t members;  // the last one is spoilt
  int64_t burst;
  int64_t spot;
  bool afterwards;  // the others go on when the coordinator has been told, not before
  team::Book book{members};
  team::Gate told = {};
  team::Gate through = {};  // one more of the others

  uint32_t others() const { return members - 1; }
};

// What `culprit` writes, as a reader of `sender` among others.
void Spoil(const fence::Segment& memory, int64_t spot, fence::Incarnation culprit,
           fence::Incarnation sender) {
  fence::Cell& cell = memory.progress(culprit, sender);
  switch (spot) {
    case kStatus:
      memory.record(culprit).status = fence::MemberStatus::kLost;
      break;
    case kRingEpoch:
      memory.request_ring(culprit).header->epoch = 99;
      break;
    case kPosition:
      cell.sequence = memory.request_ring(sender).header->published + 1000;
      break;
    case kState:
      cell.state = static_cast<fence::ReaderState>(77);
      break;
    case kCellEpoch:
      cell.epoch = 99;
      break;
  }
  memory.control().roster_changes.fetch_add(1);
  memory.control().coordinator.Ring();
}

// Again and again, as the member's own reader may mend a cell, until it is out.
void BeSpoilt(const Run& run, fence::Process& self) {
  const absl::StatusOr<fence::Segment> memory = fence::Segment::Attach(kGroup);
  team::Must(memory.status(), self.slot(), "attach");
  const fence::Incarnation own = self.incarnation();
  do {
    Spoil(*memory, run.spot, own, own == 1 ? 2 : 1);
    weir::Spend(std::chrono::microseconds(1));
  } while (memory->record(own).status != fence::MemberStatus::kLost);
}

void GoOn(Run& run, fence::Process& self) {
  const uint32_t slot = self.slot();
  const bool coordinates = slot == team::kCoordinator;
  if (run.afterwards && coordinates) {
    while (self.Health().ok()) weir::Spend(std::chrono::microseconds(1));
    run.told.Pass();
  }
  if (run.afterwards) run.told.Await(1);
  team::SendBurst(self, slot, run.burst, run.burst);
  // The culprit calls none of these: the first one that returns has been decided without it.
  const fence::BarrierResult first = self.Barrier("on", fence::Mode::kProcessing);
  team::Must(first.status, slot, "barrier");
  weir::Expect(first.satisfied() || !run.afterwards, "dropped_later_than_told", [&] {
    return team::Text(team::Name(slot), " called a barrier after the coordinator had been told of ",
                      "the drop, and the dropped one was missed in it");
  });
  weir::Sometimes<"a member is dropped out of a round">(!first.satisfied());
  team::Enter(self, "on", fence::Mode::kProcessing);
  for (uint32_t sender = 0; sender < run.others(); ++sender) {
    if (sender != slot) run.book.ExpectHandled(slot, sender, 2 * run.burst, "in the end");
  }
  weir::Expect(!coordinates || absl::IsDataLoss(self.Health()), "wrong_health", [&] {
    return team::Text("the coordinator's health is ", self.Health().ToString());
  });
}

void BeMember(Run& run, uint32_t slot) {
  fence::Options options = team::Member(kGroup, run.members, slot);
  options.handlers[team::kMark] = team::BookHandler(&run.book);
  const std::unique_ptr<fence::Process> self = team::Start(std::move(options));
  team::SendBurst(*self, slot, 0, run.burst);
  team::Enter(*self, "before", fence::Mode::kProcessing);
  if (slot == run.others()) {
    BeSpoilt(run, *self);
    run.through.Await(run.others());
    team::MustFail(team::Send(*self, {slot, run.burst}), absl::StatusCode::kCancelled, slot,
                   "send");
    return;
  }
  GoOn(run, *self);
  run.through.Pass();
  run.through.Await(run.others());
  team::End(*self);
}

}  // namespace

// The dropped member is alive, and nobody waits for its readers: what one of them copies may be
// overwritten meanwhile. It looks whether it is out after each copy. On suspicion the coordinator
// looks at slots whose writer is at work, likewise.
WEIR_RACE_SUPPRESSED_IN(spoilt_memory, "RingReader::Read");
WEIR_RACE_SUPPRESSED_IN(spoilt_memory, "NumberBefore");

WEIR_SCENARIO(spoilt_memory, weir::Int("members", 2, 5, 3), weir::Int("burst", 0, 10, 2),
              weir::OneOf("spot", kSpots, kStatus), weir::OneOf("when", kWhens, 0)) {
  Run run{.members = static_cast<uint32_t>(parameters["members"]),
          .burst = parameters["burst"],
          .spot = parameters["spot"],
          .afterwards = parameters["when"] == 1};
  team::RunMembers(run.members, [&run](uint32_t slot) { BeMember(run, slot); });
}
