// Each wait's deadline passes, and nothing else is lost by it.
//
// Join of a group that is not there, AwaitMembers of more than there are, Send, Barrier and Leave
// on a full ring, Barrier that nobody else calls, and Barrier while a member is late: each fails at
// its deadline, not before, and well before the caller would give the coordinator up. Whoever was
// late for a barrier calls again and takes his place in the same round; nobody is off by one,
// nobody is released early, and the others, whose own deadlines are infinite, go on.

#include <algorithm>

#include "sim/scenario/team.h"

namespace {

constexpr uint32_t kRing = 8;

// The caller gives the coordinator up at kGrace; its answer must be there by kLimit. All other
// waits of an execution together are shorter, so that a thread that is not run for long is no
// failure.
constexpr std::chrono::nanoseconds kGrace = std::chrono::hours(2);
constexpr std::chrono::nanoseconds kLimit = std::chrono::hours(1);

// Clocks of two processes may differ by a tenth of the time (5 % each: `weir list faults`).
constexpr int kClockError = 9;

// After so many deadlines in one round the next one is infinite, so that all come to an end.
constexpr int kImpatience = 16;

constexpr const char* kLate[] = {"coordinator", "worker"};
constexpr const char* kLast[] = {"stays", "leaves"};  // the last worker, when the rings are full

struct Settings {
  uint32_t members;  // those who stay to the end
  bool leaver;       // and one more
  int64_t iterations;
  int64_t burst;
  std::chrono::nanoseconds deadline;
  std::chrono::nanoseconds late;  // how long the late member is, before each barrier
  uint32_t late_slot;
  std::chrono::nanoseconds handler_cost;
  fence::Mode mode;
};

struct Run {
  explicit Run(const Settings& chosen) : settings(chosen), book(chosen.members) {}

  uint32_t all() const { return settings.members + (settings.leaver ? 1 : 0); }

  const Settings settings;
  team::Book book;     // of those who stay
  team::Gate started;  // members that have seen all
  team::Gate tried;    // workers that have tried everything on a full ring
};

// A call has just failed, as it must: at its deadline.
void ExpectInTime(const Run& run, uint32_t slot, const char* what, const absl::Status& status,
                  absl::StatusCode code, fence::Deadline deadline) {
  const std::chrono::nanoseconds late(fence::MonotonicNow() - deadline.at_ns());
  team::MustFail(status, code, slot, what);
  // The coordinator decides by its own clock.
  const std::chrono::nanoseconds early = run.settings.deadline / kClockError;
  weir::Expect(late >= -early, "before_deadline", [&] {
    return team::Text(team::Name(slot), ": ", what, " failed ", -late.count(),
                      " ns before its deadline: ", status.ToString());
  });
  weir::Expect(late < kLimit, "after_deadline", [&] {
    return team::Text(team::Name(slot), ": ", what, " failed ", late.count(),
                      " ns after its deadline: ", status.ToString());
  });
}

// `call` takes a deadline and fails at it.
template <typename Call>
void ExpectFailsAtDeadline(const Run& run, uint32_t slot, const char* what, const Call& call,
                           absl::StatusCode code = absl::StatusCode::kDeadlineExceeded) {
  const fence::Deadline deadline = fence::Deadline::In(run.settings.deadline);
  const absl::Status status = call(deadline);
  ExpectInTime(run, slot, what, status, code, deadline);
}

// --- before the barriers
// ----------------------------------------------------------------------------------------

void JoinNobody(const Run& run, uint32_t slot) {
  ExpectFailsAtDeadline(
      run, slot, "join of a group that is not there",
      [&](fence::Deadline deadline) {
        return fence::Process::Join(team::Member("nobody", 2, slot), deadline).status();
      },
      absl::StatusCode::kNotFound);
}

void AwaitOneTooMany(const Run& run, fence::Process& self) {
  ExpectFailsAtDeadline(
      run, self.slot(), "await of one member more than there are",
      [&](fence::Deadline deadline) { return self.AwaitMembers(run.all() + 1, deadline); });
}

// The ring is full, and stays so until the coordinator serves.
void TryOnFullRing(const Run& run, fence::Process& self) {
  ExpectFailsAtDeadline(run, self.slot(), "send on a full ring", [&](fence::Deadline deadline) {
    return team::Send(self, {self.slot(), kRing}, deadline);
  });
  ExpectFailsAtDeadline(run, self.slot(), "barrier on a full ring", [&](fence::Deadline deadline) {
    return self.Barrier("iteration", run.settings.mode, deadline).status;
  });
}

// All who stay have sent kRing + 1 marks then. False for the one that has left.
bool FillRings(Run& run, fence::Process& self) {
  const uint32_t slot = self.slot();
  if (slot == team::kCoordinator) {
    run.tried.Await(run.all() - 1);
    self.SetService(false);
    team::SendBurst(self, slot, 0, kRing + 1);
    return true;
  }
  team::SendBurst(self, slot, 0, kRing);
  TryOnFullRing(run, self);
  const bool leaves = slot == run.settings.members;
  if (leaves) {
    run.started.Await(run.all());
    ExpectFailsAtDeadline(run, slot, "leave on a full ring",
                          [&](fence::Deadline deadline) { return self.Leave(deadline); });
  }
  run.tried.Pass();
  if (leaves) return false;
  team::SendBurst(self, slot, kRing, 1);
  return true;
}

// --- the barriers
// ---------------------------------------------------------------------------------------

// All do so at once, and nothing else happens meanwhile that would make the coordinator look at the
// time: it must wake up for it.
void EnterAlone(const Run& run, fence::Process& self) {
  const std::string name = team::Text("alone-", self.slot());
  ExpectFailsAtDeadline(run, self.slot(), "barrier that nobody else calls",
                        [&](fence::Deadline deadline) {
                          return self.Barrier(name, run.settings.mode, deadline).status;
                        });
}

// Calls until the round is through; the round.
uint64_t EnterImpatiently(const Run& run, fence::Process& self, bool may_be_downgraded) {
  const uint32_t slot = self.slot();
  uint64_t failed_round = 0;
  for (int tries = 0;; ++tries) {
    const bool patient = slot == run.settings.late_slot || tries == kImpatience;
    const fence::Deadline deadline =
        patient ? fence::Deadline::Infinite() : fence::Deadline::In(run.settings.deadline);
    const fence::BarrierResult result = self.Barrier("iteration", run.settings.mode, deadline);
    // It has none when the deadline passed before the ring had room for the call.
    weir::Expect(result.round == 0 || result.round >= failed_round, "older_round", [&] {
      return team::Text(team::Name(slot), ": the call after a deadline was answered for an older",
                        " round");
    });
    if (!result.status.ok() && !patient) {
      ExpectInTime(run, slot, "barrier", result.status, absl::StatusCode::kDeadlineExceeded,
                   deadline);
      failed_round = std::max(failed_round, result.round);
      weir::Sometimes<"a barrier's deadline passes in a round">(result.round != 0);
      continue;
    }
    const bool good = may_be_downgraded ? result.status.ok() : result.satisfied();
    weir::Expect(good, "barrier_not_satisfied", [&] {
      return team::Text(team::Name(slot), ": barrier returned ",
                        fence::ToString(result.phases.rendezvous), ": ", result.status.ToString());
    });
    return result.round;
  }
}

void Iterate(Run& run, fence::Process& self) {
  const Settings& settings = run.settings;
  const uint32_t slot = self.slot();
  int64_t sent = kRing + 1;
  for (int64_t iteration = 0; iteration < settings.iterations; ++iteration) {
    team::SendBurst(self, slot, sent, settings.burst);
    sent += settings.burst;
    if (slot == settings.late_slot) weir::Spend(settings.late);
    run.book.Entering(slot);
    // The coordinator may come to know of the leaving only after the first round was opened.
    run.book.Returned(slot, EnterImpatiently(run, self, settings.leaver && iteration == 0));
    run.book.ExpectAllEntered(slot, iteration);
    run.book.ExpectPromise(slot, settings.mode, sent);
  }
}

// Of those who stay, by those who stay.
fence::Handler MarkHandler(Run* run) {
  return [run](fence::Process& self, const fence::Message& message) {
    const uint32_t stay = run->settings.members;
    if (self.slot() >= stay || message.sender_slot >= stay) return;
    weir::Spend(run->settings.handler_cost);
    run->book.Take(self.slot(), message);
  };
}

void BeMember(Run& run, uint32_t slot) {
  if (slot != team::kCoordinator) JoinNobody(run, slot);
  // Room for the one more that is awaited and never comes.
  fence::Options options = team::Member("deadlines", run.all() + 1, slot, kRing);
  options.start_in_service = slot == team::kCoordinator;
  options.answer_grace = kGrace;
  options.handlers[team::kMark] = MarkHandler(&run);
  const std::unique_ptr<fence::Process> self = team::Start(std::move(options), run.all());
  AwaitOneTooMany(run, *self);
  run.started.Pass();
  if (!FillRings(run, *self)) return;
  EnterAlone(run, *self);
  Iterate(run, *self);
  team::End(*self);
}

}  // namespace

WEIR_SCENARIO(deadlines, weir::Int("members", 2, 4, 2), weir::OneOf("last", kLast, 1),
              weir::Int("iterations", 1, 8, 3), weir::Int("burst", 0, 8, 2),
              weir::Int("deadline_us", 1, 100'000, 2'000), weir::Int("late_us", 0, 200'000, 7'000),
              weir::OneOf("late", kLate, 0), weir::Int("handler_cost_us", 0, 5'000, 500),
              weir::OneOf("mode", team::kModes, 0)) {
  const uint32_t members = static_cast<uint32_t>(parameters["members"]);
  Run run({.members = members,
           .leaver = parameters["last"] == 1,
           .iterations = parameters["iterations"],
           .burst = parameters["burst"],
           .deadline = std::chrono::microseconds(parameters["deadline_us"]),
           .late = std::chrono::microseconds(parameters["late_us"]),
           .late_slot = parameters["late"] == 0 ? team::kCoordinator : members - 1,
           .handler_cost = std::chrono::microseconds(parameters["handler_cost_us"]),
           .mode = team::kModeValues[parameters["mode"]]});
  team::RunMembers(run.all(), [&](uint32_t slot) { BeMember(run, slot); });
  run.book.ExpectSameRounds();
}
