// Every member sends, in processing mode: before anybody returns, everybody has handled everything.
//
// Handlers are unequally slow, so that a member that is through itself must wait for the others.

#include "sim/scenario/team.h"

namespace {

struct Run {
  team::Book book;
  const int64_t iterations;
  const int64_t burst;
  const std::chrono::nanoseconds handler_cost;  // of member i: i + 1 times this
  const int64_t first;
};

void BeMember(Run& run, uint32_t slot) {
  const uint32_t members = run.book.members();
  fence::Options options = team::Member("processing_all", members, slot);
  options.first_sequence = team::FirstSequence(run.first, slot);
  options.first_reply = team::FirstSequence(run.first, members);
  options.handlers[team::kMark] = team::BookHandler(&run.book, run.handler_cost * (slot + 1));
  const std::unique_ptr<fence::Process> self = team::Start(std::move(options));
  for (int64_t iteration = 0; iteration < run.iterations; ++iteration) {
    if (slot == team::kCoordinator) weir::Round(static_cast<uint64_t>(iteration + 1));
    team::SendBurst(*self, slot, iteration * run.burst, run.burst);
    run.book.Entering(slot);
    run.book.Returned(slot, team::Enter(*self, "all", fence::Mode::kProcessing));
    run.book.ExpectAllEntered(slot, iteration);
    run.book.ExpectPromise(slot, fence::Mode::kProcessing, (iteration + 1) * run.burst);
  }
  team::End(*self);
}

}  // namespace

WEIR_SCENARIO(processing_all, weir::Int("members", 2, 6, 3), weir::Int("iterations", 1, 32, 8),
              weir::Int("burst", 1, 16, 4), weir::Int("handler_cost_us", 0, 20'000, 300),
              weir::OneOf("first_sequence", team::kFirsts, 0)) {
  Run run{.book = team::Book(static_cast<uint32_t>(parameters["members"])),
          .iterations = parameters["iterations"],
          .burst = parameters["burst"],
          .handler_cost = std::chrono::microseconds(parameters["handler_cost_us"]),
          .first = parameters["first_sequence"]};
  team::RunMembers(run.book.members(), [&](uint32_t slot) { BeMember(run, slot); });
  run.book.ExpectSameRounds();
}
