// Small rings, bursts longer than the ring, slow handlers.
//
// First the ring is full for certain: the coordinator starts in service and holds everything back.
// Each worker's ring takes exactly its capacity; one more is refused at a deadline; a Send in a
// handler, which never waits, gets ResourceExhausted; and a Send that waits for room goes on once
// the coordinator serves.
//
// Then it is full now and then: all send bursts and pass barriers, and their slow handlers send
// too. Nothing is overwritten or lost, the order is kept, and handlers never wait for each other's
// rings.

#include "sim/scenario/team.h"

namespace {

constexpr uint32_t kPoke = 2;  // message type: the coordinator's, asks to send in a handler

constexpr const char* kRings[] = {"4", "8", "16"};
constexpr uint32_t kRingValues[] = {4, 8, 16};

struct Settings {
  uint32_t members;
  uint32_t ring;
  int64_t iterations;
  int64_t burst;
  std::chrono::nanoseconds handler_cost;
  fence::Mode mode;
};

// A member's streams: its main's, and one for each sender whose handler sends too ("echoes").
struct Run {
  explicit Run(const Settings& chosen)
      : settings(chosen), book(chosen.members, 1 + chosen.members), echoed(book.streams()) {}

  const Settings settings;
  team::Book book;
  std::vector<int64_t> echoed;  // by stream: echoes that were sent; one reader writes each
  team::Gate full;              // workers whose ring is full
  team::Gate poked;             // workers whose handler has tried to send
};

bool IsEcho(const Run& run, int64_t stream) { return stream % (1 + run.settings.members) != 0; }

// Not while the rings are being filled: each takes its capacity of marks then.
bool IsAnswered(const Run& run, const fence::Message& message) {
  const team::Mark mark = team::ToMark(message);
  if (IsEcho(run, mark.stream)) return false;
  return message.sender_slot == team::kCoordinator || mark.number >= run.settings.ring;
}

// Sends one more in a handler, if there is room.
void Echo(Run& run, fence::Process& self, uint32_t sender) {
  const int64_t stream = run.book.Stream(self.slot(), 1 + sender);
  const absl::Status sent = team::Send(self, {stream, run.echoed[stream]});
  weir::Sometimes<"a handler finds its ring full">(!sent.ok());
  if (sent.ok()) {
    ++run.echoed[stream];
  } else {
    team::MustFail(sent, absl::StatusCode::kResourceExhausted, self.slot(), "send in a handler");
  }
}

fence::Handler MarkHandler(Run* run) {
  return [run](fence::Process& self, const fence::Message& message) {
    weir::Spend(run->settings.handler_cost);
    run->book.Take(self.slot(), message);
    if (IsAnswered(*run, message)) Echo(*run, self, message.sender_slot);
  };
}

// Every worker's ring is full when the coordinator pokes.
fence::Handler PokeHandler(Run* run) {
  return [run](fence::Process& self, const fence::Message&) {
    team::MustFail(team::Send(self, {run->book.Stream(self.slot()), 0}),
                   absl::StatusCode::kResourceExhausted, self.slot(),
                   "send in a handler while the ring is full");
    run->poked.Pass();
  };
}

// Fills the workers' rings; the coordinator holds everything back meanwhile. All have sent as many
// marks then: those that the ring holds, and one.
void FillRings(Run& run, fence::Process& self) {
  const uint32_t workers = run.settings.members - 1;
  const int64_t stream = run.book.Stream(self.slot());
  const int64_t ring = run.settings.ring;
  if (self.slot() == team::kCoordinator) {
    run.full.Await(workers);
    team::Must(self.Send(kPoke, ""), self.slot(), "poke");
    run.poked.Await(workers);
    self.SetService(false);
    return team::SendBurst(self, stream, 0, ring + 1);
  }
  team::SendBurst(self, stream, 0, ring);
  const fence::Deadline soon = fence::Deadline::In(std::chrono::milliseconds(1));
  team::MustFail(team::Send(self, {stream, ring}, soon), absl::StatusCode::kDeadlineExceeded,
                 self.slot(), "one send more than the ring holds");
  run.full.Pass();
  team::SendBurst(self, stream, ring, 1);  // waits until the coordinator serves
}

void Pass(Run& run, fence::Process& self, const char* name, fence::Mode mode) {
  const int64_t stream = run.book.Stream(self.slot());
  run.book.Entering(stream);
  run.book.Returned(stream, team::Enter(self, name, mode));
}

// All marks, then all echoes: those of a handler are sent before the mark counts as handled.
void ExpectEchoes(Run& run, fence::Process& self) {
  Pass(run, self, "marks", fence::Mode::kProcessing);
  Pass(run, self, "echoes", fence::Mode::kProcessing);
  for (int64_t stream = 0; stream < run.book.streams(); ++stream) {
    const uint32_t sender = run.book.Sender(stream);
    if (sender == self.slot() || !IsEcho(run, stream)) continue;
    run.book.ExpectHandled(self.slot(), stream, run.echoed[stream], "at the end");
  }
}

void BeMember(Run& run, uint32_t slot) {
  const Settings& settings = run.settings;
  fence::Options options = team::Member("full_ring", settings.members, slot, settings.ring);
  options.first_sequence = team::FirstSequence(2, slot);
  options.start_in_service = slot == team::kCoordinator;
  options.handlers[team::kMark] = MarkHandler(&run);
  options.handlers[kPoke] = PokeHandler(&run);
  const std::unique_ptr<fence::Process> self = team::Start(std::move(options));
  FillRings(run, *self);
  int64_t sent = settings.ring + 1;
  for (int64_t iteration = 0; iteration < settings.iterations; ++iteration) {
    team::SendBurst(*self, run.book.Stream(slot), sent, settings.burst);
    sent += settings.burst;
    Pass(run, *self, "iteration", settings.mode);
    run.book.ExpectAllEntered(slot, iteration);
    run.book.ExpectPromise(slot, settings.mode, sent);
  }
  ExpectEchoes(run, *self);
  team::End(*self);
}

}  // namespace

WEIR_SCENARIO(full_ring, weir::Int("members", 2, 4, 3), weir::OneOf("ring", kRings, 1),
              weir::Int("iterations", 1, 8, 1), weir::Int("burst", 1, 64, 12),
              weir::Int("handler_cost_us", 0, 5'000, 200), weir::OneOf("mode", team::kModes, 0)) {
  Run run({.members = static_cast<uint32_t>(parameters["members"]),
           .ring = kRingValues[parameters["ring"]],
           .iterations = parameters["iterations"],
           .burst = parameters["burst"],
           .handler_cost = std::chrono::microseconds(parameters["handler_cost_us"]),
           .mode = team::kModeValues[parameters["mode"]]});
  team::RunMembers(run.settings.members, [&](uint32_t slot) { BeMember(run, slot); });
  run.book.ExpectSameRounds();
}
