// Workers are killed at points that the run draws, and some of them start again. Whatever happens
// to them, the others' barriers return, and what a barrier promises holds among those who are in
// it.
//
// The coordinator passes a delivery barrier N times; each worker sends a burst, enters the barrier,
// and so on until the coordinator has gone. A worker that is killed is noticed by its lease; one
// that starts again joins as a new incarnation, in a new *life*.
//
// The bookkeeping. Rounds have numbers, and a caller knows his own when his barrier has returned.
// So each of them writes on the page of that round what he had sent before he arrived, and what he
// had handled when he returned; whoever comes second compares. Only returns that say "satisfied"
// are compared: others promise nothing about who was lost on the way. A process is killed right
// before a scheduling point, and nothing here is one, so that a page is written whole or not at
// all.
//
// Heartbeats keep timers pending for ever, so that a hang is not a deadlock here. It is what the
// watchdog finds.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "sim/weir.h"
#include "src/fence/process.h"

namespace {

constexpr uint32_t kMarker = 1;
constexpr uint32_t kCoordinator = 0;
constexpr uint32_t kIncarnations = 48;
constexpr std::chrono::seconds kLease{2};
// Virtual time after which a barrier that has not returned never will: many leases.
constexpr std::chrono::seconds kHang{120};
constexpr const char* kModes[] = {"delivery", "processing"};
constexpr fence::Mode kModeValues[] = {fence::Mode::kDelivery, fence::Mode::kProcessing};

using Life = fence::Incarnation;  // the incarnation that the group gave it

// Markers of one life, numbered from 0.
using Counts = std::map<Life, uint64_t>;

// What a sender had sent before it arrived, and who had joined before it began its last burst: the
// promise is about messages sent after the observer has attached.
struct Sent {
  uint64_t markers = 0;
  std::set<Life> to;
};

struct Page {
  std::map<Life, Sent> sent;       // by sender
  std::map<Life, Counts> handled;  // by each observer when it returned
};

struct Run {
  uint32_t workers;
  int64_t iterations;
  int64_t burst;
  fence::Mode mode;
  std::set<Life> joined;           // lives whose Join or Create has returned
  std::map<uint64_t, Page> pages;  // by round
};

std::string Name(uint32_t slot) {
  return slot == kCoordinator ? "coordinator" : "worker-" + std::to_string(slot);
}

// What one life knows of itself.
struct Member {
  Sent sent;
  Counts next;     // the number that each sender's next marker must have; the first may be any
  Counts handled;  // how many of each sender
};

void Compare(const Page& page, Life observer, Life sender) {
  if (observer == sender) return;
  const auto handled = page.handled.find(observer);
  const auto sent = page.sent.find(sender);
  if (handled == page.handled.end() || sent == page.sent.end()) return;
  if (!sent->second.to.contains(observer)) return;
  const auto count = handled->second.find(sender);
  const uint64_t got = count == handled->second.end() ? 0 : count->second;
  weir::Expect(got >= sent->second.markers, "missed_marker", [&] {
    return "life " + std::to_string(observer) + " returned from a round with " +
           std::to_string(got) + " of " + std::to_string(sent->second.markers) +
           " markers of life " + std::to_string(sender) + " handled";
  });
}

// Everybody who has returned before is compared with the one that returns now, both ways.
void Enter(Run& run, Life self, uint64_t round, const Sent& sent, const Counts& handled) {
  Page& page = run.pages[round];
  page.sent[self] = sent;
  page.handled[self] = handled;
  for (const auto& [other, count] : page.sent) Compare(page, self, other);
  for (const auto& [other, counts] : page.handled) Compare(page, other, self);
}

fence::Handler MarkerHandler(std::shared_ptr<Member> member) {
  return [member](fence::Process& self, const fence::Message& message) {
    uint64_t number;
    std::memcpy(&number, message.payload.data(), sizeof number);
    const Life sender = message.sender;
    uint64_t& next = member->next.try_emplace(sender, number).first->second;
    weir::Expect(number == next, "out_of_order", [&] {
      return Name(self.slot()) + " handled marker " + std::to_string(number) + " of life " +
             std::to_string(sender) + ", expected " + std::to_string(next);
    });
    ++next;
    member->handled[sender] = number + 1;
  };
}

fence::Options OptionsOf(uint32_t slot, uint32_t workers, const std::shared_ptr<Member>& member) {
  fence::Options options;
  options.group = "crash_and_restart";
  options.slot = slot;
  options.name = Name(slot);
  options.handlers[kMarker] = MarkerHandler(member);
  options.lease = kLease;
  // Each life starts lower or higher than the one before it ended.
  options.first_sequence = weir::Incarnation() % 2 == 0 ? ~uint64_t{0} - 5 : 3;
  options.geometry = {.slots = workers + 1,
                      .incarnations = kIncarnations,
                      .ring_messages = 16,
                      .message_bytes = 96};
  return options;
}

// False when the group has ended for this life.
bool Pass(Run& run, fence::Process& self, Member& member) {
  const Sent sent = member.sent;
  const fence::BarrierResult result = self.Barrier("again", run.mode);
  if (result.satisfied()) Enter(run, self.incarnation(), result.round, sent, member.handled);
  return result.status.ok();
}

void Coordinate(Run& run) {
  const auto member = std::make_shared<Member>();
  auto self = fence::Process::Create(OptionsOf(kCoordinator, run.workers, member));
  weir::Expect(self.ok(), "create", [&] { return self.status().ToString(); });
  run.joined.insert((*self)->incarnation());
  // Some may be dead before they have joined.
  (*self)
      ->AwaitMembers(run.workers + 1, fence::Deadline::In(std::chrono::seconds(1)))
      .IgnoreError();
  for (int64_t iteration = 0; iteration < run.iterations; ++iteration) {
    weir::Round(static_cast<uint64_t>(iteration + 1));
    weir::Expect(Pass(run, **self, *member), "coordinator_refused",
                 [] { return "the coordinator's own barrier failed"; });
  }
  const absl::Status left = (*self)->Leave();
  weir::Expect(left.ok(), "leave", [&] { return left.ToString(); });
}

// One life of a worker. Slow ones may be taken for dead; a group may be gone when one comes to
// join.
void Work(Run& run, uint32_t slot) {
  const auto member = std::make_shared<Member>();
  auto self = fence::Process::Join(OptionsOf(slot, run.workers, member),
                                   fence::Deadline::In(std::chrono::seconds(10)));
  if (!self.ok()) return;
  run.joined.insert((*self)->incarnation());
  for (;;) {
    member->sent.to = run.joined;
    for (int64_t i = 0; i < run.burst; ++i) {
      const uint64_t number = member->sent.markers;
      const absl::Status sent =
          (*self)->Send(kMarker, {reinterpret_cast<const char*>(&number), sizeof number});
      if (!sent.ok()) return;
      ++member->sent.markers;
    }
    if (!Pass(run, **self, *member)) return;
  }
}

// Fails the run if the members are not through in time.
class Watchdog {
 public:
  Watchdog()
      : thread_([this](const std::stop_token&) {
          std::unique_lock lock(mutex_);
          const bool ended = ended_changed_.wait_for(lock, kHang, [this] { return ended_; });
          weir::Expect(ended, "hang", [] { return "a member did not return for two minutes"; });
        }) {}
  ~Watchdog() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    ended_changed_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable ended_changed_;
  bool ended_ = false;
  std::jthread thread_;
};

}  // namespace

WEIR_SCENARIO(crash_and_restart, weir::Int("workers", 1, 4, 2), weir::Int("iterations", 1, 16, 6),
              weir::Int("burst", 0, 8, 2), weir::OneOf("mode", kModes, 0)) {
  Run run = {.workers = static_cast<uint32_t>(parameters["workers"]),
             .iterations = parameters["iterations"],
             .burst = parameters["burst"],
             .mode = kModeValues[parameters["mode"]],
             .pages = {}};
  Watchdog watchdog;
  const weir::Process coordinator = weir::Spawn("coordinator", [&run] { Coordinate(run); });
  std::vector<weir::Process> workers;
  for (uint32_t slot = 1; slot <= run.workers; ++slot) {
    workers.push_back(weir::Spawn(
        Name(slot).c_str(), [&run, slot] { Work(run, slot); }, weir::kMayRestart));
  }
  weir::Join(coordinator);
  for (const weir::Process worker : workers) weir::Join(worker);
}
