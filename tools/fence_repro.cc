// fence-repro: the regression that started it all, as real processes.
//
//   fence-repro --workers 2 --iterations 64 --burst 8 --handler 12ms --mode delivery --json
//
// A coordinator and W workers, each a process of its own (fork and exec), pass a barrier N times;
// each worker sends a burst of markers before each. With --kill-every workers are killed, or
// stopped for a while, at random moments, and others are started in their place.
//
// Exit status: 0 no marker was missed, nobody hung, nothing was left behind; 1 else; 2 usage.
//
// What is checked is written on a board in shared memory, by each member when a barrier has
// returned to it satisfied: how much it had sent before, to whom, and how much it has handled of
// each. The parent compares when all have ended. A process that was killed leaves its last entry
// unfinished, and that is not looked at.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "fence/process.h"

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr uint32_t kMarker = 1;
constexpr uint32_t kLives = 64;     // incarnations of the group; also the bits of Entry::to
constexpr uint64_t kRounds = 4096;  // the board's; later rounds are not looked at
constexpr milliseconds kLease{300};
constexpr milliseconds kPatience{20'000};  // of every call: longer is a hang
constexpr milliseconds kJoining{3'000};    // but of Join: the group may have come to its end
constexpr int kDropped = 3;                // exit status of a worker that was taken for dead

// What one life says of one round.
struct Entry {
  std::atomic<uint32_t> complete;  // written last
  uint32_t reserved;
  uint64_t sent;  // markers before it arrived
  uint64_t to;    // who had joined before it began the burst, a bit for each life
  uint64_t handled[kLives];
};

struct Board {
  std::atomic<uint64_t> joined;          // a bit for each life that is a member or was one
  std::atomic<uint32_t> out_of_order;    // markers that came twice, too early or too late
  std::atomic<uint32_t> timeouts;        // calls that came to their deadline
  std::atomic<uint64_t> markers;         // handled, by all
  std::atomic<uint64_t> rounds[kLives];  // that each life has passed
  Entry entries[kLives][kRounds];
};

struct Options {
  uint32_t workers = 2;
  uint32_t iterations = 64;
  uint32_t burst = 8;
  int64_t handler_ns = 12'000'000;
  std::string mode = "delivery";
  int64_t kill_every_ns = 0;  // never
  uint64_t seed = 1;
  bool json = false;
  // Of a child.
  std::string group;
  int slot = -1;
  int board = -1;
};

fence::Mode ModeOf(const std::string& name) {
  if (name == "rendezvous") return fence::Mode::kRendezvous;
  return name == "delivery" ? fence::Mode::kDelivery : fence::Mode::kProcessing;
}

Board* MapBoard(int fd) {
  void* const at = mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (at == MAP_FAILED) {
    std::perror("fence-repro: mmap of the board");
    _exit(2);
  }
  return static_cast<Board*>(at);
}

// --- a member
// ---------------------------------------------------------------------------------------

class Member {
 public:
  Member(const Options& options, Board& board) : options_(options), board_(board) {}

  int Coordinate();
  int Work();

 private:
  fence::Options GroupOptions();
  void Handle(const fence::Message& message);
  absl::Status SendBurst(fence::Process& self);
  absl::Status Pass(fence::Process& self);
  void Joined(const fence::Process& self) { board_.joined.fetch_or(Bit(self.incarnation())); }
  static uint64_t Bit(fence::Incarnation life) { return uint64_t{1} << (life - 1); }

  const Options& options_;
  Board& board_;
  uint64_t sent_ = 0;
  uint64_t to_ = 0;
  std::atomic<uint64_t> handled_[kLives] = {};  // each by the reader of that sender
  bool started_[kLives] = {};
};

fence::Options Member::GroupOptions() {
  fence::Options group;
  group.group = options_.group;
  group.slot = static_cast<uint32_t>(options_.slot);
  group.name = options_.slot == 0 ? "coordinator" : "worker-" + std::to_string(options_.slot);
  group.handlers[kMarker] = [this](fence::Process&, const fence::Message& message) {
    Handle(message);
  };
  group.first_sequence = ~uint64_t{0} - 100;  // wraps on the way
  group.patience = kPatience;
  group.lease = kLease;
  group.geometry = {.slots = options_.workers + 1,
                    .incarnations = kLives,
                    .ring_messages = 256,
                    .message_bytes = 96};
  return group;
}

void Member::Handle(const fence::Message& message) {
  if (options_.slot == 0)
    std::this_thread::sleep_for(std::chrono::nanoseconds(options_.handler_ns));
  uint64_t number;
  std::memcpy(&number, message.payload.data(), sizeof number);
  const size_t sender = message.sender - 1;
  // Who attaches late begins in the middle.
  if (std::exchange(started_[sender], true) && number != handled_[sender].load()) {
    board_.out_of_order.fetch_add(1);
  }
  handled_[sender].store(number + 1);
  board_.markers.fetch_add(1);
}

absl::Status Member::SendBurst(fence::Process& self) {
  to_ = board_.joined.load();
  for (uint32_t i = 0; i < options_.burst; ++i) {
    absl::Status sent = self.Send(kMarker, {reinterpret_cast<const char*>(&sent_), sizeof sent_});
    if (!sent.ok()) return sent;
    ++sent_;
  }
  return absl::OkStatus();
}

absl::Status Member::Pass(fence::Process& self) {
  const fence::BarrierResult result = self.Barrier("iteration", ModeOf(options_.mode));
  if (absl::IsDeadlineExceeded(result.status)) board_.timeouts.fetch_add(1);
  if (!result.status.ok()) return result.status;
  board_.rounds[self.incarnation() - 1].fetch_add(1);
  if (!result.satisfied() || result.round >= kRounds) return absl::OkStatus();
  Entry& entry = board_.entries[self.incarnation() - 1][result.round];
  entry.sent = sent_;
  entry.to = to_;
  for (uint32_t i = 0; i < kLives; ++i) entry.handled[i] = handled_[i].load();
  entry.complete.store(1, std::memory_order_release);
  return absl::OkStatus();
}

int Complain(const char* what, const absl::Status& status) {
  std::fprintf(stderr, "fence-repro: %s: %s\n", what, status.ToString().c_str());
  return 1;
}

int Member::Coordinate() {
  auto self = fence::Process::Create(GroupOptions());
  if (!self.ok()) return Complain("create", self.status());
  Joined(**self);
  if (absl::Status all = (*self)->AwaitMembers(options_.workers + 1); !all.ok()) {
    return Complain("await members", all);
  }
  for (uint32_t i = 0; i < options_.iterations; ++i) {
    if (absl::Status passed = Pass(**self); !passed.ok()) {
      // With this process's call withdrawn, the round still says what held it back.
      std::fprintf(stderr, "%s", (*self)->Describe().c_str());
      return Complain("barrier", passed);
    }
  }
  const absl::Status left = (*self)->Leave();
  return left.ok() ? 0 : Complain("leave", left);
}

// Goes on until the group has ended, or has dropped this life.
int Member::Work() {
  auto self = fence::Process::Join(GroupOptions(), fence::Deadline::In(kJoining));
  // One that was stopped while it joined has been dropped, and where others come and go all the
  // time it may be too late. Or the group has come to its end.
  if (absl::IsAborted(self.status()) || absl::IsDeadlineExceeded(self.status())) return kDropped;
  if (!self.ok()) return 0;
  Joined(**self);
  absl::Status status = (*self)->AwaitMembers(options_.workers + 1);
  for (;;) {
    if (status.ok()) status = SendBurst(**self);
    if (status.ok()) status = Pass(**self);
    if (absl::IsUnavailable(status)) return 0;
    if (absl::IsCancelled(status)) return kDropped;
    if (!status.ok()) return Complain("worker", status);
  }
}

// --- the parent
// -------------------------------------------------------------------------------------

struct Tally {
  uint64_t compared = 0, missed = 0, kills = 0, stops = 0, restarts = 0, failed = 0;
  bool hung = false, left_behind = false;
};

class Parent {
 public:
  Parent(const Options& options, int board_fd, Board& board)
      : options_(options), board_fd_(board_fd), board_(board), random_(options.seed) {}

  Tally Run();

 private:
  pid_t Start(uint32_t slot);
  void Disturb();
  void Reap(bool* coordinator_ended);
  void Compare();

  const Options& options_;
  const int board_fd_;
  Board& board_;
  std::mt19937_64 random_;
  std::map<pid_t, uint32_t> children_;  // slots
  std::vector<std::pair<Clock::time_point, pid_t>> stopped_;
  uint32_t lives_ = 0;
  Tally tally_;
};

pid_t Parent::Start(uint32_t slot) {
  ++lives_;
  const pid_t pid = fork();
  if (pid == 0) {
    std::vector<std::string> words = {"fence-repro",
                                      "--workers",
                                      std::to_string(options_.workers),
                                      "--iterations",
                                      std::to_string(options_.iterations),
                                      "--burst",
                                      std::to_string(options_.burst),
                                      "--handler",
                                      std::to_string(options_.handler_ns) + "ns",
                                      "--mode",
                                      options_.mode,
                                      "--group",
                                      options_.group,
                                      "--slot",
                                      std::to_string(slot),
                                      "--board",
                                      std::to_string(board_fd_)};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    execv("/proc/self/exe", arguments.data());
    _exit(127);
  }
  children_[pid] = slot;
  return pid;
}

// Kills or stops a worker; the stopped ones go on after up to three leases.
void Parent::Disturb() {
  std::vector<pid_t> workers;
  for (const auto& [pid, slot] : children_) {
    if (slot != 0) workers.push_back(pid);
  }
  // Enough lives are kept to replace all of them once more, also those that are stopped now: the
  // others wait until the team is whole.
  if (workers.empty() || lives_ + 2 * options_.workers >= kLives) return;
  const pid_t victim = workers[random_() % workers.size()];
  if (random_() % 2 == 0) {
    kill(victim, SIGKILL);
    ++tally_.kills;
  } else {
    kill(victim, SIGSTOP);
    ++tally_.stops;
    stopped_.emplace_back(Clock::now() + milliseconds(random_() % 900), victim);
  }
}

void Parent::Reap(bool* coordinator_ended) {
  int status = 0;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    const uint32_t slot = children_[pid];
    children_.erase(pid);
    std::erase_if(stopped_, [pid](const auto& entry) { return entry.second == pid; });
    const int exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    const bool dead = exit_status == -1 || exit_status == kDropped;
    if (slot == 0) *coordinator_ended = true;
    if (slot == 0 ? exit_status != 0 : exit_status != 0 && !dead) ++tally_.failed;
    if (slot != 0 && dead && !*coordinator_ended && lives_ < kLives) {
      Start(slot);
      ++tally_.restarts;
    }
  }
}

void Parent::Compare() {
  for (uint64_t round = 0; round < kRounds; ++round) {
    for (uint32_t observer = 0; observer < lives_; ++observer) {
      const Entry& seen = board_.entries[observer][round];
      if (seen.complete.load(std::memory_order_acquire) == 0) continue;
      for (uint32_t sender = 0; sender < lives_; ++sender) {
        const Entry& sent = board_.entries[sender][round];
        if (sender == observer || sent.complete.load(std::memory_order_acquire) == 0) continue;
        if ((sent.to >> observer & 1) == 0) continue;
        ++tally_.compared;
        if (seen.handled[sender] < sent.sent) tally_.missed += sent.sent - seen.handled[sender];
      }
    }
  }
}

Tally Parent::Run() {
  for (uint32_t slot = 0; slot <= options_.workers; ++slot) Start(slot);
  const std::chrono::nanoseconds interval(options_.kill_every_ns);
  auto next = Clock::now() + interval;
  bool coordinator_ended = false;
  auto last_life = Clock::now();
  uint64_t progress = 0;
  while (!children_.empty()) {
    std::this_thread::sleep_for(milliseconds(2));
    const auto now = Clock::now();
    if (interval.count() > 0 && !coordinator_ended && now >= next) {
      Disturb();
      next = now + interval / 2 + interval * static_cast<int64_t>(random_() % 1000) / 1000;
    }
    for (const auto& [when, pid] : stopped_) {
      if (now >= when || coordinator_ended) kill(pid, SIGCONT);
    }
    std::erase_if(stopped_,
                  [&](const auto& entry) { return now >= entry.first || coordinator_ended; });
    Reap(&coordinator_ended);
    uint64_t seen = board_.markers.load();
    for (const auto& rounds : board_.rounds) seen += rounds.load();
    if (seen != progress) progress = seen, last_life = now;
    if (now - last_life > 2 * kPatience) {
      tally_.hung = true;
      for (const auto& [pid, slot] : children_) kill(pid, SIGKILL);
    }
  }
  // A mode without a promise about messages is only counted.
  if (options_.mode != "rendezvous") Compare();
  tally_.left_behind = fence::Segment::Attach(options_.group).ok();
  if (tally_.left_behind) fence::Segment::Unlink(options_.group).IgnoreError();
  return tally_;
}

int RunParent(Options& options) {
  options.group = "repro." + std::to_string(getpid());
  const int fd = memfd_create("fence-repro", 0);
  if (fd < 0 || ftruncate(fd, sizeof(Board)) != 0) {
    std::perror("fence-repro: the board");
    return 2;
  }
  Board& board = *MapBoard(fd);
  const auto begin = Clock::now();
  const Tally tally = Parent(options, fd, board).Run();
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  const bool ok = tally.missed == 0 && !tally.hung && !tally.left_behind && tally.failed == 0 &&
                  board.out_of_order == 0 && board.timeouts == 0;
  const nlohmann::json result = {{"ok", ok},
                                 {"mode", options.mode},
                                 {"rounds", board.rounds[0].load()},
                                 {"markers", board.markers.load()},
                                 {"compared", tally.compared},
                                 {"missed", tally.missed},
                                 {"out_of_order", board.out_of_order.load()},
                                 {"timeouts", board.timeouts.load()},
                                 {"kills", tally.kills},
                                 {"stops", tally.stops},
                                 {"restarts", tally.restarts},
                                 {"failed", tally.failed},
                                 {"hung", tally.hung},
                                 {"left_behind", tally.left_behind},
                                 {"seconds", seconds}};
  if (options.json) {
    std::printf("%s\n", result.dump().c_str());
  } else {
    for (const auto& [name, value] : result.items()) {
      std::printf("%-13s %s\n", name.c_str(), value.dump().c_str());
    }
  }
  return ok ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("the delivery-fence regression as real processes");
  app.option_defaults()->always_capture_default();
  app.add_option("--workers", options.workers, "beside the coordinator")->check(CLI::Range(1, 16));
  app.add_option("--iterations", options.iterations, "barriers that the coordinator passes")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--burst", options.burst, "markers of each worker before each barrier")
      ->check(CLI::Range(0, 100'000));
  const CLI::AsNumberWithUnit duration(
      std::map<std::string, int64_t>{
          {"ns", 1}, {"us", 1'000}, {"ms", 1'000'000}, {"s", 1'000'000'000}},
      CLI::AsNumberWithUnit::Options(CLI::AsNumberWithUnit::UNIT_REQUIRED |
                                     CLI::AsNumberWithUnit::CASE_SENSITIVE),
      "DURATION");
  app.add_option("--handler", options.handler_ns, "how long the coordinator's handler takes: 12ms")
      ->transform(duration)
      ->check(CLI::NonNegativeNumber)
      ->default_str("12ms");
  app.add_option("--mode", options.mode)
      ->check(CLI::IsMember({"rendezvous", "delivery", "processing"}));
  app.add_option("--kill-every", options.kill_every_ns,
                 "kill, or stop for a while, a random worker about so often")
      ->transform(duration)
      ->check(CLI::PositiveNumber)
      ->default_str("never");
  app.add_option("--seed", options.seed, "of the choice of victims and moments");
  app.add_flag("--json", options.json, "one JSON object");
  app.add_option("--group", options.group)->group("");
  app.add_option("--slot", options.slot)->group("");
  app.add_option("--board", options.board)->group("");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (options.slot < 0) return RunParent(options);
  Member member(options, *MapBoard(options.board));
  return options.slot == 0 ? member.Coordinate() : member.Work();
}
