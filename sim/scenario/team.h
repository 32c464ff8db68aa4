// What the scenarios of the barrier share: their parameters, the members' names, the calls that
// must succeed, and the bookkeeping of numbered messages.
//
// The bookkeeping is plain memory and no counter ever goes back, for the reasons at the top of
// marker_burst.cc. Each number has one writer.
#ifndef WEIR_SIM_SCENARIO_TEAM_H_
#define WEIR_SIM_SCENARIO_TEAM_H_

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fence/process.h"
#include "sim/oracles.h"
#include "sim/weir.h"

namespace team {

inline constexpr uint32_t kCoordinator = 0;  // its slot; workers have 1, 2, …

inline constexpr const char* kModes[] = {"delivery", "rendezvous", "processing"};
inline constexpr fence::Mode kModeValues[] = {fence::Mode::kDelivery, fence::Mode::kRendezvous,
                                              fence::Mode::kProcessing};
// Those that promise something about messages.
inline constexpr const char* kMessageModes[] = {"delivery", "processing"};
inline constexpr fence::Mode kMessageModeValues[] = {fence::Mode::kDelivery,
                                                     fence::Mode::kProcessing};
inline constexpr const char* kFirsts[] = {"zero", "small", "near_wrap", "unlike"};

// Sequences wrap after a few messages where they start near the end, and at another moment in each
// ring.
inline uint64_t FirstSequence(int64_t first, uint32_t slot) {
  constexpr uint64_t kLast = std::numeric_limits<uint64_t>::max();
  const uint64_t unlike[] = {kLast - 2, 0, uint64_t{1} << 63, kLast - 30, 17};
  switch (first) {
    case 0:
      return 0;
    case 1:
      return 3 + slot;
    case 2:
      return kLast - 9 * uint64_t{slot} - 4;
    default:
      return unlike[slot % 5];
  }
}

// --- text
// ------------------------------------------------------------------------------------------------------

inline void Append(std::string* text, const std::string& part) { *text += part; }
inline void Append(std::string* text, int64_t part) { *text += std::to_string(part); }

// The parts, one behind the other.
template <typename... Parts>
std::string Text(const Parts&... parts) {
  std::string text;
  (Append(&text, parts), ...);
  return text;
}

inline std::string Name(uint32_t slot) {
  return slot == kCoordinator ? "coordinator" : Text("worker-", slot);
}

// --- calls that must succeed
// -----------------------------------------------------------------------------------

inline void Must(const absl::Status& status, uint32_t slot, const char* what) {
  weir::Expect(status.ok(), "call_failed",
               [&] { return Text(Name(slot), ": ", what, ": ", status.ToString()); });
}

// Passes the barrier among all members of its round; the number of the round.
inline uint64_t Enter(fence::Process& self, const char* name, fence::Mode mode) {
  const fence::BarrierResult result = self.Barrier(name, mode);
  weir::Expect(result.satisfied(), "barrier_not_satisfied", [&] {
    return Text(Name(self.slot()), ": barrier \"", name, "\" returned ",
                fence::ToString(result.phases.rendezvous), ": ", result.status.ToString());
  });
  return result.round;
}

// A call that must fail, and with this code.
inline void MustFail(const absl::Status& status, absl::StatusCode code, uint32_t slot,
                     const char* what) {
  weir::Expect(status.code() == code, "wrong_status", [&] {
    return Text(Name(slot), ": ", what, ": expected ", absl::StatusCodeToString(code), ", got ",
                status.ToString());
  });
}

// --- members
// ---------------------------------------------------------------------------------------------------

// Options of a member of a group of `members` where nobody dies.
inline fence::Options Member(const std::string& group, uint32_t members, uint32_t slot,
                             uint32_t ring_messages = 32) {
  fence::Options options;
  options.group = group;
  options.slot = slot;
  options.name = Name(slot);
  options.lease = std::chrono::nanoseconds::max();
  options.spins = static_cast<int>(slot % 2);  // each look is a point; both ways are taken
  options.geometry = {.slots = members,
                      .incarnations = members,
                      .ring_messages = ring_messages,
                      .message_bytes = fence::kMinMessageBytes};
  return options;
}

// What a run may change of any member's options: where its counters begin, and how little its rings
// hold, for which the creator's word counts.
inline void Disturb(fence::Options& options) {
  constexpr uint64_t kLast = std::numeric_limits<uint64_t>::max();
  constexpr uint64_t kFirstNumbers[] = {0, kLast - 1, kLast - 20, uint64_t{1} << 63, 5};
  if (const uint64_t how = weir::Disturb(weir::Disturbance::kCounters, 5); how != 0) {
    options.first_sequence = kFirstNumbers[how];
    options.first_reply = kFirstNumbers[how];
  }
  if (options.slot == kCoordinator) {
    const uint64_t halvings = weir::Disturb(weir::Disturbance::kFullRing, 4);
    options.geometry.ring_messages = std::max(options.geometry.ring_messages >> halvings, 4u);
  }
}

// A member that has begun in service state: when it begins to serve, for good, is the run's affair.
inline void Serve(fence::Process& self, uint64_t how) {
  if (how == 0) return;
  weir::Spend(std::chrono::microseconds(uint64_t{1} << (4 * how)));
  self.SetService(false);
}

// Creates or joins the group, and waits until `members` are there.
inline std::unique_ptr<fence::Process> Start(fence::Options options, uint32_t members) {
  const uint32_t slot = options.slot;
  // Who holds things back on purpose, or counts on the ring's size, does so itself.
  uint64_t late = 0;
  if (!options.start_in_service) {
    Disturb(options);
    late = weir::Disturb(weir::Disturbance::kServiceState, 6);
    options.start_in_service = late != 0;
  }
  absl::StatusOr<std::unique_ptr<fence::Process>> self =
      slot == kCoordinator ? fence::Process::Create(std::move(options))
                           : fence::Process::Join(std::move(options));
  Must(self.status(), slot, slot == kCoordinator ? "create" : "join");
  Serve(**self, late);
  Must((*self)->AwaitMembers(members), slot, "await members");
  return *std::move(self);
}

// The same for a group that is full then.
inline std::unique_ptr<fence::Process> Start(fence::Options options) {
  const uint32_t members = options.geometry.slots;
  return Start(std::move(options), members);
}

// Leaves when all are through: the coordinator's leaving ends the group.
inline void End(fence::Process& self) {
  Enter(self, "end", fence::Mode::kRendezvous);
  Must(self.Leave(), self.slot(), "leave");
}

// One virtual process per slot from `first` on, below `end`, that runs `body(slot)`. `body`
// outlives them.
inline std::vector<weir::Process> SpawnMembers(uint32_t first, uint32_t end,
                                               const std::function<void(uint32_t slot)>& body,
                                               weir::SpawnFlags flags = weir::kSteady) {
  std::vector<weir::Process> processes;
  for (uint32_t slot = first; slot < end; ++slot) {
    processes.push_back(weir::Spawn(
        Name(slot).c_str(), [&body, slot] { body(slot); }, flags));
  }
  return processes;
}

// Runs `body(slot)` in one virtual process per slot, and waits for them all.
inline void RunMembers(uint32_t members, const std::function<void(uint32_t slot)>& body) {
  for (const weir::Process process : SpawnMembers(0, members, body)) weir::Join(process);
}

// Lets a scenario order its own steps where the barrier does not: `Pass` adds one, `Await` waits
// for a number of them.
class Gate {
 public:
  void Pass() {
    const std::lock_guard lock(mutex_);
    ++passed_;
    changed_.notify_all();
  }
  void Await(uint32_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return passed_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  uint32_t passed_ = 0;
};

// --- numbered messages
// -----------------------------------------------------------------------------------------

inline constexpr uint32_t kMark = 1;  // message type

// The payload. Each stream is numbered on its own, from 0.
struct Mark {
  int64_t stream;
  int64_t number;
};

// Sends `mark`; ok, or why not.
inline absl::Status Send(fence::Process& self, const Mark& mark,
                         fence::Deadline deadline = fence::Deadline::Infinite()) {
  return self.Send(kMark, {reinterpret_cast<const char*>(&mark), sizeof(mark)}, deadline);
}

inline Mark ToMark(const fence::Message& message) {
  Mark mark;
  std::memcpy(&mark, message.payload.data(), sizeof(mark));
  return mark;
}

// Who has handled how many marks of which stream, and who has entered which barrier.
//
// A stream belongs to one sender, `streams_per_member` of them to each; a count belongs to one
// (observer, stream) and is written by the observer's reader of that sender alone. `entered` of a
// stream is written by the one thread that sends it.
class Book {
 public:
  explicit Book(uint32_t members, uint32_t streams_per_member = 1)
      : members_(members),
        per_member_(streams_per_member),
        log_(members, size_t{members} * streams_per_member),
        readers_(size_t{members} * members),
        entered_(size_t{members} * streams_per_member),
        rounds_(size_t{members} * streams_per_member),
        last_round_(size_t{members} * streams_per_member, weir::Monotone(0)) {}

  uint32_t members() const { return members_; }
  int64_t Stream(uint32_t slot, uint32_t which = 0) const {
    return int64_t{slot} * per_member_ + which;
  }
  int64_t streams() const { return int64_t{members_} * per_member_; }
  uint32_t Sender(int64_t stream) const { return static_cast<uint32_t>(stream / per_member_); }

  // In a handler: each mark is the next one of its stream, or something has gone wrong already.
  void Take(uint32_t observer, const fence::Message& message) {
    const Mark mark = ToMark(message);
    log_.Handle(observer, mark.stream, mark.number, [&] {
      return Text(Name(observer), " handled mark ", mark.number + 1, " of ",
                  StreamName(mark.stream), " after ", log_.handled(observer, mark.stream),
                  " in all");
    });
    weir::Sometimes<"a sequence wraps">(message.position.sequence == ~uint64_t{0});
  }

  // For as long as a handler of `observer` runs for a message of `sender`: one thread reads a ring.
  [[nodiscard]] weir::SingleWriter::Writing Reading(uint32_t observer, uint32_t sender) {
    return readers_[size_t{observer} * members_ + sender].Write([&] {
      return Text(Name(observer), " handles two messages of ", Name(sender), " at a time");
    });
  }

  // Before a barrier call that is this stream's next, and after it has returned.
  void Entering(int64_t stream) { ++entered_[stream]; }
  void Returned(int64_t stream, uint64_t round) {
    last_round_[stream].Set(static_cast<int64_t>(round), [&] {
      return Text("call ", static_cast<int64_t>(rounds_[stream].size() + 1), " of ",
                  StreamName(stream), " was answered for an older round than the one before it");
    });
    rounds_[stream].push_back(round);
  }

  // Nobody returns from iteration `iteration` (from 0) of the barrier before all have entered it.
  void ExpectAllEntered(uint32_t self, int64_t iteration, uint32_t which = 0) const {
    for (uint32_t member = 0; member < members_; ++member) {
      weir::Expect(entered_[Stream(member, which)] > iteration, "early_return", [&] {
        return Text(Name(self), " returned from barrier call ", iteration + 1, " before ",
                    StreamName(Stream(member, which)), " had made it");
      });
    }
  }

  void ExpectHandled(uint32_t observer, int64_t stream, int64_t count, const char* when) const {
    weir::Observe("target", count);
    weir::Observe("drained", log_.handled(observer, stream));
    log_.ExpectHandled(observer, stream, count, [&] {
      return Text(Name(observer), " had handled ", log_.handled(observer, stream), " of ", count,
                  " marks of ", StreamName(stream), " ", when);
    });
  }

  // `observer` has handled the first `count` marks of every other member's stream `which`.
  void ExpectHandledOfAll(uint32_t observer, int64_t count, const char* when,
                          uint32_t which = 0) const {
    for (uint32_t sender = 0; sender < members_; ++sender) {
      if (sender != observer) ExpectHandled(observer, Stream(sender, which), count, when);
    }
  }

  // What `mode` promises `self` when each has sent `count` marks of its stream `which` before.
  void ExpectPromise(uint32_t self, fence::Mode mode, int64_t count, uint32_t which = 0) const {
    constexpr const char* kWhen = "when the barrier released it";
    if (mode == fence::Mode::kDelivery) ExpectHandledOfAll(self, count, kWhen, which);
    if (mode != fence::Mode::kProcessing) return;
    for (uint32_t observer = 0; observer < members_; ++observer) {
      ExpectHandledOfAll(observer, count,
                         Text("when ", Name(self), " returned from the barrier").c_str(), which);
    }
  }

  // At the end: the streams `which` of all members had the same rounds, call by call, and no two
  // calls the same one. So each call was answered for itself, and nobody is off by one.
  void ExpectSameRounds(uint32_t which = 0) const {
    const std::vector<uint64_t>& expected = rounds_[Stream(0, which)];
    for (size_t call = 1; call < expected.size(); ++call) {
      weir::Expect(expected[call - 1] != expected[call], "same_round", [&] {
        return Text("call ", static_cast<int64_t>(call + 1), " of ", StreamName(Stream(0, which)),
                    " was answered for the round of the one before it");
      });
    }
    for (uint32_t member = 1; member < members_; ++member) {
      weir::Expect(rounds_[Stream(member, which)] == expected, "other_round", [&] {
        return Text(StreamName(Stream(member, which)), " was answered for other rounds than ",
                    StreamName(Stream(0, which)));
      });
    }
  }

  std::string StreamName(int64_t stream) const {
    const std::string name = Name(Sender(stream));
    return per_member_ == 1 ? name : Text(name, "'s stream ", stream % per_member_ + 1);
  }

 private:
  const uint32_t members_;
  const uint32_t per_member_;
  weir::MarkerLog log_;
  std::vector<weir::SingleWriter> readers_;    // [observer's slot × members + sender's]
  std::vector<int64_t> entered_;               // by stream
  std::vector<std::vector<uint64_t>> rounds_;  // by stream: what its calls were answered for
  std::vector<weir::Monotone> last_round_;     // by stream
};

// The handler that does nothing but keep the book, after `cost` of virtual time.
inline fence::Handler BookHandler(Book* book, std::chrono::nanoseconds cost = {}) {
  return [book, cost](fence::Process& self, const fence::Message& message) {
    const auto reading = book->Reading(self.slot(), message.sender_slot);
    if (cost.count() > 0) weir::Spend(cost);
    book->Take(self.slot(), message);
  };
}

// The marks of one burst of a stream, from number `first` on.
inline void SendBurst(fence::Process& self, int64_t stream, int64_t first, int64_t burst) {
  for (int64_t number = first; number < first + burst; ++number) {
    Must(Send(self, {stream, number}), self.slot(), "send");
  }
}

}  // namespace team

#endif  // WEIR_SIM_SCENARIO_TEAM_H_
