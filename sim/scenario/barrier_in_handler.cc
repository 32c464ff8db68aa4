// What a handler may not do, and what it may put off.
//
// Each handler calls Barrier and Leave, and so does each task that it has queued with
// RunAfterCurrentHandler: all are refused at once (a call that waited would wait for its own
// thread: a deadlock), and the group goes on. The tasks run in the order of queueing, those that a
// task queues last, after the handler and before its message counts as handled: a barrier that
// waits for the message finds them done.

#include "sim/scenario/team.h"

namespace {

struct Settings {
  uint32_t members;
  int64_t iterations;
  int64_t burst;
  int64_t tasks;  // queued by each handler; the last one queues another
  std::chrono::nanoseconds task_cost;
  fence::Mode mode;
};

struct Run {
  explicit Run(const Settings& chosen)
      : settings(chosen),
        book(chosen.members),
        tasks_done(chosen.members, std::vector<int64_t>(chosen.members)) {}

  const Settings settings;
  team::Book book;
  std::vector<std::vector<int64_t>> tasks_done;  // [observer][sender], written as in Book
};

int64_t TasksPerMark(const Run& run) { return run.settings.tasks + 1; }

// Under a name that nobody waits at, so that no other refusal can be meant.
void ExpectRefusals(const Run& run, fence::Process& self) {
  team::MustFail(self.Barrier("inside", run.settings.mode).status,
                 absl::StatusCode::kFailedPrecondition, self.slot(), "barrier in a handler");
  team::MustFail(self.Leave(), absl::StatusCode::kFailedPrecondition, self.slot(),
                 "leave in a handler");
}

// Everything of the marks before `marks` has been done.
void ExpectTasksDone(const Run& run, uint32_t observer, uint32_t sender, int64_t marks,
                     const char* when) {
  const int64_t done = run.tasks_done[observer][sender];
  weir::Expect(done >= marks * TasksPerMark(run), "missed_task", [&] {
    return team::Text(team::Name(observer), " had run ", done, " of ", marks * TasksPerMark(run),
                      " tasks that handlers of ", team::Name(sender), "'s marks had queued, ",
                      when);
  });
}

// Task `number` of all that this observer runs for this sender.
void Task(Run* run, fence::Process* self, uint32_t sender, int64_t number) {
  int64_t& done = run->tasks_done[self->slot()][sender];
  weir::Expect(done == number, "task_out_of_order", [&] {
    return team::Text(team::Name(self->slot()), " ran task ", number + 1, " for ",
                      team::Name(sender), "'s marks after ", done, " tasks");
  });
  if (run->settings.task_cost.count() > 0) weir::Spend(run->settings.task_cost);
  ExpectRefusals(*run, *self);
  ++done;
}

void Queue(fence::Process& self, std::function<void()> task) {
  team::Must(self.RunAfterCurrentHandler(std::move(task)), self.slot(),
             "run after current handler");
}

fence::Handler MarkHandler(Run* run) {
  return [run](fence::Process& self, const fence::Message& message) {
    const uint32_t sender = message.sender_slot;
    const int64_t before = team::ToMark(message).number;
    ExpectTasksDone(*run, self.slot(), sender, before, "when the next mark's handler began");
    ExpectRefusals(*run, self);
    const int64_t tasks = run->settings.tasks;
    const int64_t base = before * TasksPerMark(*run);
    for (int64_t i = 0; i < tasks; ++i) {
      Queue(self, [run, &self, sender, base, i, tasks] {
        Task(run, &self, sender, base + i);
        if (i + 1 < tasks) return;
        Queue(self, [run, &self, sender, base, tasks] { Task(run, &self, sender, base + tasks); });
      });
    }
    run->book.Take(self.slot(), message);
    weir::Expect(run->tasks_done[self.slot()][sender] == base, "task_too_early", [&] {
      return team::Text(team::Name(self.slot()), " ran a task before the handler had returned");
    });
  };
}

void ExpectDone(const Run& run, uint32_t observer, int64_t marks) {
  for (uint32_t sender = 0; sender < run.settings.members; ++sender) {
    if (sender != observer)
      ExpectTasksDone(run, observer, sender, marks, "when the barrier returned");
  }
}

void ExpectAllDone(const Run& run, uint32_t self, int64_t marks) {
  if (run.settings.mode == fence::Mode::kDelivery) ExpectDone(run, self, marks);
  if (run.settings.mode != fence::Mode::kProcessing) return;
  for (uint32_t observer = 0; observer < run.settings.members; ++observer)
    ExpectDone(run, observer, marks);
}

void BeMember(Run& run, uint32_t slot) {
  const Settings& settings = run.settings;
  fence::Options options = team::Member("barrier_in_handler", settings.members, slot);
  options.handlers[team::kMark] = MarkHandler(&run);
  const std::unique_ptr<fence::Process> self = team::Start(std::move(options));
  team::MustFail(self->RunAfterCurrentHandler([] {}), absl::StatusCode::kFailedPrecondition, slot,
                 "run after current handler, outside of any");
  for (int64_t iteration = 0; iteration < settings.iterations; ++iteration) {
    const int64_t sent = iteration * settings.burst;
    team::SendBurst(*self, slot, sent, settings.burst);
    run.book.Entering(slot);
    run.book.Returned(slot, team::Enter(*self, "iteration", settings.mode));
    run.book.ExpectAllEntered(slot, iteration);
    run.book.ExpectPromise(slot, settings.mode, sent + settings.burst);
    ExpectAllDone(run, slot, sent + settings.burst);
  }
  team::End(*self);
}

}  // namespace

WEIR_SCENARIO(barrier_in_handler, weir::Int("members", 2, 4, 3), weir::Int("iterations", 1, 16, 4),
              weir::Int("burst", 1, 8, 2), weir::Int("tasks", 1, 4, 2),
              weir::Int("task_cost_us", 0, 5'000, 100), weir::OneOf("mode", team::kModes, 0)) {
  Run run({.members = static_cast<uint32_t>(parameters["members"]),
           .iterations = parameters["iterations"],
           .burst = parameters["burst"],
           .tasks = parameters["tasks"],
           .task_cost = std::chrono::microseconds(parameters["task_cost_us"]),
           .mode = team::kModeValues[parameters["mode"]]});
  team::RunMembers(run.settings.members, [&](uint32_t slot) { BeMember(run, slot); });
  run.book.ExpectSameRounds();
}
