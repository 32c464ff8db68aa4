// Counters that start anywhere, wrap, and start anew: a worker is killed in the middle of a round
// and started again at once, with a first sequence below, above, or beyond the wrap of what the
// life before it had reached. Positions of two lives must never be compared.
//
// There are no leases here: joining drops the life before in the same step, so that nobody waits
// for the dead, and a hang is a deadlock.
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

#include "fence/process.h"
#include "sim/scenario/ledger.h"
#include "sim/weir.h"

namespace {

constexpr uint32_t kMostLives = 4;
// Far beyond what processes that stand still add up to: only a joiner without a group waits so
// long.
constexpr std::chrono::seconds kPatience{1'000};
constexpr const char* kEpochs[] = {"lower", "higher", "wrap", "equal"};

using team::kCoordinator;

struct Run : team::Company {
  int64_t epochs = 0;      // index into kEpochs
  uint32_t lives[9] = {};  // of each slot so far
  bool waits = false;      // the coordinator is in a barrier
  bool ended = false;      // the coordinator has passed all its barriers
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
                         const std::shared_ptr<team::Account>& account) {
  fence::Options options = run.Member("counter_epochs", slot, kMostLives, account);
  options.first_sequence = FirstSequence(run, slot, life);
  options.first_reply = std::numeric_limits<uint64_t>::max() - 7;
  team::Disturb(options);
  return options;
}

void Coordinate(Run& run) {
  const auto account = std::make_shared<team::Account>();
  auto self = fence::Process::Create(OptionsOf(run, kCoordinator, 0, account));
  team::Must(self.status(), kCoordinator, "create");
  run.ledger.Joined(**self);
  team::Must((*self)->AwaitMembers(run.workers + 1), kCoordinator, "await members");
  for (int64_t iteration = 0; iteration < run.iterations; ++iteration) {
    weir::Round(static_cast<uint64_t>(iteration + 1));
    team::Must(run.ledger.SendBurst(**self, *account, run.burst), kCoordinator, "send");
    run.waits = true;
    team::Must(run.ledger.Pass(**self, *account, "again", run.mode).status, kCoordinator,
               "barrier");
    run.waits = false;
  }
  run.ended = true;
  team::Must((*self)->Leave(), kCoordinator, "leave");
}

void Work(Run& run, uint32_t slot) {
  const uint32_t life = run.lives[slot]++;
  const auto account = std::make_shared<team::Account>();
  auto self =
      fence::Process::Join(OptionsOf(run, slot, life, account), fence::Deadline::In(kPatience));
  if (!self.ok()) {
    weir::Expect(run.ended, "join_refused", [&] { return self.status().ToString(); });
    return;
  }
  run.ledger.Joined(**self);
  for (;;) {
    absl::Status status = run.ledger.SendBurst(**self, *account, run.burst);
    if (status.ok()) status = run.ledger.Pass(**self, *account, "again", run.mode).status;
    if (absl::IsUnavailable(status)) return;
    team::Must(status, slot, "barrier");
  }
}

// Kills a worker at a moment that the run draws, and starts it again.
void Disturb(const Run& run, const std::vector<weir::Process>& workers, int64_t restarts) {
  for (int64_t i = 0; i < restarts && !run.ended; ++i) {
    const auto victim = static_cast<uint32_t>(weir::Choose(run.workers));
    for (uint64_t points = 1 + weir::Choose(200); points > 0; --points) weir::Spend({});
    if (run.ended || run.lives[victim + 1] == 0 || run.lives[victim + 1] >= kMostLives) continue;
    weir::Sometimes<"a worker is killed while the coordinator waits for it">(run.waits);
    weir::Kill(workers[victim]);
    weir::Restart(workers[victim]);
  }
}

}  // namespace

WEIR_SCENARIO(counter_epochs, weir::Int("workers", 1, 4, 2), weir::Int("iterations", 1, 16, 6),
              weir::Int("burst", 0, 8, 2), weir::Int("restarts", 0, 3, 2),
              weir::OneOf("epochs", kEpochs, 0), weir::OneOf("mode", team::kMessageModes, 0)) {
  Run run = {team::CompanyOf(parameters), /*epochs=*/parameters["epochs"]};
  const std::function<void(uint32_t)> work = [&run](uint32_t slot) { Work(run, slot); };
  const weir::Process coordinator = weir::Spawn("coordinator", [&run] { Coordinate(run); });
  const auto workers = team::SpawnMembers(1, run.workers + 1, work);
  Disturb(run, workers, parameters["restarts"]);
  weir::Join(coordinator);
  for (const weir::Process worker : workers) weir::Join(worker);
}
