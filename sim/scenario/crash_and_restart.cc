// Workers are killed at points that the run draws, and some of them start again. Whatever happens
// to them, the others' barriers return, and what a barrier promises holds among those who are in
// it.
//
// The coordinator passes a delivery barrier N times; each worker sends a burst, enters the barrier,
// and so on until the coordinator has gone. A worker that is killed is noticed by its lease; one
// that starts again joins as a new incarnation, in a new *life*.
//
// Heartbeats keep timers pending for ever, so that a hang is not a deadlock here. It is what the
// watchdog finds.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sim/scenario/ledger.h"
#include "sim/weir.h"
#include "src/fence/process.h"

namespace {

constexpr uint32_t kCoordinator = 0;
constexpr uint32_t kIncarnations = 48;
constexpr std::chrono::seconds kLease{2};
// Virtual time after which a barrier that has not returned never will: many leases.
constexpr std::chrono::seconds kHang{120};
constexpr const char* kModes[] = {"delivery", "processing"};
constexpr fence::Mode kModeValues[] = {fence::Mode::kDelivery, fence::Mode::kProcessing};

struct Run {
  uint32_t workers;
  int64_t iterations;
  int64_t burst;
  fence::Mode mode;
  scenario::Ledger ledger;
};

std::string Name(uint32_t slot) {
  return slot == kCoordinator ? "coordinator" : "worker-" + std::to_string(slot);
}

fence::Options OptionsOf(uint32_t slot, uint32_t workers,
                         const std::shared_ptr<scenario::Member>& member) {
  fence::Options options;
  options.group = "crash_and_restart";
  options.slot = slot;
  options.name = Name(slot);
  options.handlers[scenario::kMarker] = scenario::Ledger::MarkerHandler(member);
  options.lease = kLease;
  // Each life starts lower or higher than the one before it ended.
  options.first_sequence = weir::Incarnation() % 2 == 0 ? ~uint64_t{0} - 5 : 3;
  options.geometry = {.slots = workers + 1,
                      .incarnations = kIncarnations,
                      .ring_messages = 16,
                      .message_bytes = 96};
  return options;
}

void Coordinate(Run& run) {
  const auto member = std::make_shared<scenario::Member>();
  auto self = fence::Process::Create(OptionsOf(kCoordinator, run.workers, member));
  scenario::Must(self.status(), "create");
  run.ledger.Joined(**self);
  // Some may be dead before they have joined.
  (*self)
      ->AwaitMembers(run.workers + 1, fence::Deadline::In(std::chrono::seconds(1)))
      .IgnoreError();
  for (int64_t iteration = 0; iteration < run.iterations; ++iteration) {
    weir::Round(static_cast<uint64_t>(iteration + 1));
    scenario::Must(run.ledger.Pass(**self, *member, "again", run.mode).status, "barrier");
  }
  scenario::Must((*self)->Leave(), "leave");
}

// One life of a worker. Slow ones may be taken for dead; a group may be gone when one comes to
// join.
void Work(Run& run, uint32_t slot) {
  const auto member = std::make_shared<scenario::Member>();
  auto self = fence::Process::Join(OptionsOf(slot, run.workers, member),
                                   fence::Deadline::In(std::chrono::seconds(10)));
  if (!self.ok()) return;
  run.ledger.Joined(**self);
  for (;;) {
    if (!run.ledger.SendBurst(**self, *member, run.burst).ok()) return;
    if (!run.ledger.Pass(**self, *member, "again", run.mode).status.ok()) return;
  }
}

// Fails the run if the members are not through in time.
class Watchdog {
 public:
  Watchdog()
      : thread_([this](const std::stop_token&) {
          std::unique_lock lock(mutex_);
          const bool ended = ended_changed_.wait_for(lock, kHang, [this] { return ended_; });
          weir::Expect(ended, "hang", [] { return "a member did not return for two minutes"; });
        }) {}
  ~Watchdog() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    ended_changed_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable ended_changed_;
  bool ended_ = false;
  std::jthread thread_;
};

}  // namespace

WEIR_SCENARIO(crash_and_restart, weir::Int("workers", 1, 4, 2), weir::Int("iterations", 1, 16, 6),
              weir::Int("burst", 0, 8, 2), weir::OneOf("mode", kModes, 0)) {
  Run run = {.workers = static_cast<uint32_t>(parameters["workers"]),
             .iterations = parameters["iterations"],
             .burst = parameters["burst"],
             .mode = kModeValues[parameters["mode"]],
             .ledger = {}};
  Watchdog watchdog;
  const weir::Process coordinator = weir::Spawn("coordinator", [&run] { Coordinate(run); });
  std::vector<weir::Process> workers;
  for (uint32_t slot = 1; slot <= run.workers; ++slot) {
    workers.push_back(weir::Spawn(
        Name(slot).c_str(), [&run, slot] { Work(run, slot); }, weir::kMayRestart));
  }
  weir::Join(coordinator);
  for (const weir::Process worker : workers) weir::Join(worker);
}
