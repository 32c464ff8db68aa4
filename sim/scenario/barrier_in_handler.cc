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

// Those that one observer's handlers of one sender's marks have queued.
struct Tasks {
  weir::ExactlyOnce once;
  weir::Monotone last{-1};  // number of the last one that has run
};

struct Run {
  explicit Run(const Settings& chosen)
      : settings(chosen), book(chosen.members), tasks(size_t{chosen.members} * chosen.members) {}

  Tasks& TasksOf(uint32_t observer, uint32_t sender) {
    return tasks[size_t{observer} * settings.members + sender];
  }

  const Settings settings;
  team::Book book;
  std::vector<Tasks> tasks;  // of each (observer, sender), written as in Book
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
void ExpectTasksDone(Run& run, uint32_t observer, uint32_t sender, int64_t marks,
                     const char* when) {
  const int64_t all = marks * TasksPerMark(run);
  run.TasksOf(observer, sender).once.ExpectDone(static_cast<size_t>(all), [&](size_t number) {
    return team::Text(team::Name(observer), " had not run task ", static_cast<int64_t>(number + 1),
                      " of ", all, " that handlers of ", team::Name(sender),
                      "'s marks had queued, ", when);
  });
}

// Task `number` of all that this observer runs for this sender.
void Task(Run* run, fence::Process* self, uint32_t sender, int64_t number) {
  Tasks& tasks = run->TasksOf(self->slot(), sender);
  const auto text = [&] {
    return team::Text(team::Name(self->slot()), " ran task ", number + 1, " for ",
                      team::Name(sender), "'s marks after task ", tasks.last.value() + 1);
  };
  tasks.last.Set(number, text);
  if (run->settings.task_cost.count() > 0) weir::Spend(run->settings.task_cost);
  ExpectRefusals(*run, *self);
  tasks.once.Done(static_cast<size_t>(number), text);
}

// `then` runs after the task.
void Queue(Run* run, fence::Process& self, uint32_t sender, const std::function<void()>& then) {
  const auto number = static_cast<int64_t>(run->TasksOf(self.slot(), sender).once.Begin());
  team::Must(self.RunAfterCurrentHandler([run, &self, sender, number, then] {
    Task(run, &self, sender, number);
    if (then) then();
  }),
             self.slot(), "run after current handler");
}

fence::Handler MarkHandler(Run* run) {
  return [run](fence::Process& self, const fence::Message& message) {
    const uint32_t sender = message.sender_slot;
    const int64_t before = team::ToMark(message).number;
    ExpectTasksDone(*run, self.slot(), sender, before, "when the next mark's handler began");
    ExpectRefusals(*run, self);
    const int64_t base = before * TasksPerMark(*run);
    for (int64_t i = 1; i < run->settings.tasks; ++i) Queue(run, self, sender, nullptr);
    Queue(run, self, sender, [run, &self, sender] { Queue(run, self, sender, nullptr); });
    run->book.Take(self.slot(), message);
    weir::Expect(run->TasksOf(self.slot(), sender).last.value() < base, "task_too_early", [&] {
      return team::Text(team::Name(self.slot()), " ran a task before the handler had returned");
    });
  };
}

void ExpectDone(Run& run, uint32_t observer, int64_t marks) {
  for (uint32_t sender = 0; sender < run.settings.members; ++sender) {
    if (sender != observer)
      ExpectTasksDone(run, observer, sender, marks, "when the barrier returned");
  }
}

void ExpectAllDone(Run& run, uint32_t self, int64_t marks) {
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
