// Several groups with members in common, and several barriers in flight in each.
//
// Process p is in group p and in group p−1 (round the circle), so each group has two processes, and
// each process is in two groups, with a thread for each; of two groups both processes are in both.
// In each group every member has some further threads. Each sends its own stream of marks and
// passes a barrier of its own name; those of one process are in flight at the same time and share
// the ring, the reader and the replies. What happens under one name, or in one group, must not
// release, hold back or answer what belongs to another.

#include <deque>
#include <thread>

#include "sim/scenario/team.h"

namespace {

constexpr uint32_t kMembers = 2;  // of each group

// Of all barriers; "unlike" gives those of one group different ones.
constexpr const char* kNameModes[] = {"delivery", "rendezvous", "processing", "unlike"};
constexpr int64_t kUnlike = 3;

struct Settings {
  uint32_t groups;  // and processes
  uint32_t names;   // barriers in flight in each group
  int64_t iterations;
  int64_t burst;
  std::chrono::nanoseconds handler_cost;
  int64_t mode;  // index into kNameModes
};

struct Run {
  explicit Run(const Settings& chosen) : settings(chosen) {
    for (uint32_t group = 0; group < settings.groups; ++group)
      books.emplace_back(kMembers, settings.names);
  }
  const Settings settings;
  std::deque<team::Book> books;  // by group
};

fence::Mode ModeOf(const Settings& settings, uint32_t which) {
  return team::kModeValues[settings.mode == kUnlike ? which % 3 : settings.mode];
}

// One thread of a member: its stream, its barrier.
void BeCaller(Run& run, team::Book& book, fence::Process& self, uint32_t which) {
  const int64_t burst = run.settings.burst;
  const int64_t stream = book.Stream(self.slot(), which);
  const fence::Mode mode = ModeOf(run.settings, which);
  const std::string name = team::Text("barrier-", which);
  for (int64_t iteration = 0; iteration < run.settings.iterations; ++iteration) {
    team::SendBurst(self, stream, iteration * burst, burst);
    book.Entering(stream);
    book.Returned(stream, team::Enter(self, name.c_str(), mode));
    book.ExpectAllEntered(self.slot(), iteration, which);
    book.ExpectPromise(self.slot(), mode, (iteration + 1) * burst, which);
  }
}

void BeMember(Run& run, uint32_t group, uint32_t slot) {
  team::Book& book = run.books[group];
  fence::Options options = team::Member(team::Text("overlap-", group), kMembers, slot, 16);
  options.handlers[team::kMark] = team::BookHandler(&book, run.settings.handler_cost);
  const std::unique_ptr<fence::Process> self = team::Start(std::move(options));
  std::vector<std::thread> callers;
  for (uint32_t which = 1; which < run.settings.names; ++which)
    callers.emplace_back([&, which] { BeCaller(run, book, *self, which); });
  BeCaller(run, book, *self, 0);
  for (std::thread& caller : callers) caller.join();
  team::End(*self);
}

// It creates its own group and joins the one before.
void BeProcess(Run& run, uint32_t process) {
  const uint32_t groups = run.settings.groups;
  std::thread joined([&] { BeMember(run, (process + groups - 1) % groups, 1); });
  BeMember(run, process, team::kCoordinator);
  joined.join();
}

}  // namespace

WEIR_SCENARIO(overlapping_groups, weir::Int("groups", 2, 3, 2), weir::Int("names", 1, 3, 2),
              weir::Int("iterations", 1, 16, 6), weir::Int("burst", 0, 8, 2),
              weir::Int("handler_cost_us", 0, 5'000, 100),
              weir::OneOf("mode", kNameModes, kUnlike)) {
  Run run({.groups = static_cast<uint32_t>(parameters["groups"]),
           .names = static_cast<uint32_t>(parameters["names"]),
           .iterations = parameters["iterations"],
           .burst = parameters["burst"],
           .handler_cost = std::chrono::microseconds(parameters["handler_cost_us"]),
           .mode = parameters["mode"]});
  std::vector<weir::Process> processes;
  for (uint32_t process = 0; process < run.settings.groups; ++process) {
    processes.push_back(weir::Spawn(team::Text("process-", process).c_str(),
                                    [&run, process] { BeProcess(run, process); }));
  }
  for (const weir::Process process : processes) weir::Join(process);
  for (const team::Book& book : run.books) {
    for (uint32_t which = 0; which < run.settings.names; ++which) book.ExpectSameRounds(which);
  }
}
