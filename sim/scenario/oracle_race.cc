// A test that is wrong about a barrier that is right, as the seed's was for most of a year.
//
// The coordinator's handler counts the markers of each worker, and the coordinator's main sets the
// counts back when its barrier has returned and it has looked at them. But the worker may have
// returned, too, and its next burst be on the way: what main sets back then has already counted a
// marker of the next iteration, and at its end one seems to be missing. Nothing is: the log, which
// only grows, has them all.
//
// Expected to fail. marker_burst is the same test with the bookkeeping right.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "sim/scenario/team.h"

namespace {

struct Run {
  Run(uint32_t members, int64_t iterations_, int64_t burst_, std::chrono::nanoseconds cost)
      : iterations(iterations_), burst(burst_), handler_cost(cost), seen(members), book(members) {}

  const int64_t iterations;
  const int64_t burst;
  const std::chrono::nanoseconds handler_cost;
  // The test's own: by worker, markers of this iteration that the coordinator has seen.
  std::vector<std::atomic<int64_t>> seen;
  team::Book book;  // what has really been handled
};

fence::Handler MarkHandler(Run* run) {
  return [run](fence::Process& self, const fence::Message& message) {
    if (self.slot() == team::kCoordinator) {
      weir::Spend(run->handler_cost);
      run->seen[message.sender_slot].fetch_add(1);
    }
    run->book.Take(self.slot(), message);
  };
}

// The wrong check: what it reads and sets back is counted up by handlers of the next burst.
void LookAndReset(Run& run, int64_t iteration) {
  for (uint32_t worker = 1; worker < run.book.members(); ++worker) {
    const int64_t seen = run.seen[worker].load();
    weir::Expect(seen >= run.burst, "did_not_observe", [&] {
      return team::Text("coordinator did not observe first marker for iteration ", iteration + 1,
                        " of ", team::Name(worker), ": it has counted ", seen, " of ", run.burst,
                        ", although all of them had been handled when the barrier released it");
    });
  }
  for (uint32_t worker = 1; worker < run.book.members(); ++worker) run.seen[worker].store(0);
}

void BeMember(Run& run, uint32_t slot) {
  const uint32_t members = run.book.members();
  fence::Options options = team::Member("oracle_race", members, slot);
  options.handlers[team::kMark] = MarkHandler(&run);
  const std::unique_ptr<fence::Process> self = team::Start(std::move(options));
  for (int64_t iteration = 0; iteration < run.iterations; ++iteration) {
    const int64_t sent = (iteration + 1) * run.burst;
    if (slot == team::kCoordinator) {
      weir::Round(static_cast<uint64_t>(iteration + 1));
    } else {
      team::SendBurst(*self, slot, iteration * run.burst, run.burst);
    }
    team::Enter(*self, "iteration", fence::Mode::kDelivery);
    if (slot != team::kCoordinator) continue;
    // The right check: the barrier has kept its promise.
    for (uint32_t worker = 1; worker < members; ++worker)
      run.book.ExpectHandled(slot, worker, sent, "when the barrier released it");
    LookAndReset(run, iteration);
  }
  team::End(*self);
}

}  // namespace

WEIR_SCENARIO_THAT_FAILS(oracle_race, "assertion did_not_observe", weir::Int("workers", 1, 4, 2),
                         weir::Int("iterations", 2, 64, 64), weir::Int("burst", 1, 16, 8),
                         weir::Int("handler_cost_us", 0, 50'000, 12'000)) {
  Run run(static_cast<uint32_t>(parameters["workers"]) + 1, parameters["iterations"],
          parameters["burst"], std::chrono::microseconds(parameters["handler_cost_us"]));
  team::RunMembers(run.book.members(), [&](uint32_t slot) { BeMember(run, slot); });
}
