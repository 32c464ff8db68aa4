// Counters that start anywhere, wrap, and start anew: a worker is killed in the middle of a round
// and started again at once, with a first sequence below, above, or beyond the wrap of what the
// life before it had reached. Positions of two lives must never be compared.
//
// There are no leases here: joining drops the life before in the same step, so that nobody waits
// for the dead, and a hang is a deadlock.
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "sim/scenario/ledger.h"
#include "sim/weir.h"
#include "src/fence/process.h"

namespace {

constexpr uint32_t kMostLives = 4;
constexpr const char* kEpochs[] = {"lower", "higher", "wrap", "equal"};
constexpr const char* kModes[] = {"delivery", "processing"};
constexpr fence::Mode kModeValues[] = {fence::Mode::kDelivery, fence::Mode::kProcessing};

struct Run {
  uint32_t workers;
  int64_t iterations;
  int64_t burst;
  int64_t epochs;  // index into kEpochs
  fence::Mode mode;
  uint32_t lives[9] = {};  // of each slot so far
  bool ended = false;      // the coordinator has passed all its barriers
  scenario::Ledger ledger;
};

uint64_t FirstSequence(const Run& run, uint32_t slot, uint32_t life) {
  constexpr uint64_t kMiddle = uint64_t{1} << 63;
  constexpr uint64_t kLast = std::numeric_limits<uint64_t>::max();
  switch (run.epochs) {
    case 0:
      return kMiddle + 1'000 * slot - 100 * life;
    case 1:
      return kMiddle + 1'000 * slot + 100 * life;
    case 2:
      return kLast - 5 * slot - 2 * life;
    default:
      return 17;
  }
}

fence::Options OptionsOf(const Run& run, uint32_t slot, uint32_t life,
                         const std::shared_ptr<scenario::Member>& member) {
  fence::Options options;
  options.group = "counter_epochs";
  options.slot = slot;
  options.name = slot == 0 ? "coordinator" : "worker-" + std::to_string(slot);
  options.lease = std::chrono::nanoseconds::max();
  options.handlers[scenario::kMarker] = scenario::Ledger::MarkerHandler(member);
  options.first_sequence = FirstSequence(run, slot, life);
  options.first_reply = std::numeric_limits<uint64_t>::max() - 7;
  options.geometry = {.slots = run.workers + 1,
                      .incarnations = 1 + run.workers * kMostLives,
                      .ring_messages = 16,
                      .message_bytes = 96};
  return options;
}

void Coordinate(Run& run) {
  const auto member = std::make_shared<scenario::Member>();
  auto self = fence::Process::Create(OptionsOf(run, 0, 0, member));
  scenario::Must(self.status(), "create");
  run.ledger.Joined(**self);
  scenario::Must((*self)->AwaitMembers(run.workers + 1), "await members");
  for (int64_t iteration = 0; iteration < run.iterations; ++iteration) {
    weir::Round(static_cast<uint64_t>(iteration + 1));
    scenario::Must(run.ledger.SendBurst(**self, *member, run.burst), "send");
    scenario::Must(run.ledger.Pass(**self, *member, "again", run.mode).status, "barrier");
  }
  run.ended = true;
  scenario::Must((*self)->Leave(), "leave");
}

void Work(Run& run, uint32_t slot) {
  const uint32_t life = run.lives[slot]++;
  const auto member = std::make_shared<scenario::Member>();
  auto self = fence::Process::Join(OptionsOf(run, slot, life, member),
                                   fence::Deadline::In(std::chrono::seconds(5)));
  if (!self.ok()) {
    weir::Expect(run.ended, "join_refused", [&] { return self.status().ToString(); });
    return;
  }
  run.ledger.Joined(**self);
  for (;;) {
    absl::Status status = run.ledger.SendBurst(**self, *member, run.burst);
    if (status.ok()) status = run.ledger.Pass(**self, *member, "again", run.mode).status;
    if (absl::IsUnavailable(status)) return;
    scenario::Must(status, "a worker's barrier");
  }
}

// Kills a worker at a moment that the run draws, and starts it again.
void Disturb(const Run& run, const std::vector<weir::Process>& workers, int64_t restarts) {
  for (int64_t i = 0; i < restarts && !run.ended; ++i) {
    const auto victim = static_cast<uint32_t>(weir::Choose(run.workers));
    for (uint64_t points = 1 + weir::Choose(200); points > 0; --points) weir::Spend({});
    if (run.ended || run.lives[victim + 1] == 0 || run.lives[victim + 1] >= kMostLives) continue;
    weir::Kill(workers[victim]);
    weir::Restart(workers[victim]);
  }
}

}  // namespace

WEIR_SCENARIO(counter_epochs, weir::Int("workers", 1, 4, 2), weir::Int("iterations", 1, 16, 6),
              weir::Int("burst", 0, 8, 2), weir::Int("restarts", 0, 3, 2),
              weir::OneOf("epochs", kEpochs, 0), weir::OneOf("mode", kModes, 0)) {
  Run run = {.workers = static_cast<uint32_t>(parameters["workers"]),
             .iterations = parameters["iterations"],
             .burst = parameters["burst"],
             .epochs = parameters["epochs"],
             .mode = kModeValues[parameters["mode"]]};
  const weir::Process coordinator = weir::Spawn("coordinator", [&run] { Coordinate(run); });
  std::vector<weir::Process> workers;
  for (uint32_t slot = 1; slot <= run.workers; ++slot) {
    workers.push_back(
        weir::Spawn(("worker-" + std::to_string(slot)).c_str(), [&run, slot] { Work(run, slot); }));
  }
  Disturb(run, workers, parameters["restarts"]);
  weir::Join(coordinator);
  for (const weir::Process worker : workers) weir::Join(worker);
}
