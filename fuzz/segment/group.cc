#include "fuzz/segment/group.h"

#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fence/process.h"

namespace fence {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr Geometry kTiny{.slots = 3, .incarnations = 5, .ring_messages = 2, .message_bytes = 96};
constexpr milliseconds kPatience(1);
// A call ends at its deadline and the grace, and this much later on a busy machine under
// sanitizers.
constexpr milliseconds kSlack(5'000);
constexpr uint32_t kMarker = 1;
constexpr uint32_t kThrows = 2;

void InTime(const char* what, const std::function<void()>& call) {
  const auto begin = steady_clock::now();
  call();
  if (steady_clock::now() - begin > kSlack) {
    Complain(std::string(what) + " has outlasted its deadline");
  }
}

Options Member(uint32_t slot, bool leases) {
  Options options;
  options.group = FuzzGroupName();
  options.slot = slot;
  options.first_sequence = slot == 1 ? ~uint64_t{0} : 0;
  options.patience = kPatience;
  options.answer_grace = milliseconds(1);
  options.geometry = kTiny;
  options.lease = leases ? std::chrono::nanoseconds(milliseconds(4)) : options.patience.max();
  options.handlers[kMarker] = [](Process& self, const Message& message) {
    if (message.sender_slot >= kTiny.slots) Complain("a message from no slot");
    if (!message.payload.empty() && message.payload[0] == 'a') {
      self.Send(kMarker, "b").IgnoreError();
      self.RunAfterCurrentHandler([] {}).IgnoreError();
    }
  };
  options.handlers[kThrows] = [](Process&, const Message&) { throw std::runtime_error("told to"); };
  return options;
}

// One group, its memory, and what its threads are doing.
class SpoiltGroup {
 public:
  explicit SpoiltGroup(bool leases) : leases_(leases) {
    Segment::Unlink(FuzzGroupName()).IgnoreError();
    auto coordinator = Process::Create(Member(0, leases));
    if (!coordinator.ok()) Complain(coordinator.status().ToString());
    members_.push_back(*std::move(coordinator));
    memory_ = std::make_unique<Segment>(*Segment::Attach(FuzzGroupName()));
    for (const uint32_t slot : {1, 2}) Join(slot, Deadline::In(kSlack / 2));
  }
  ~SpoiltGroup() {
    FinishBarriers();
    InTime("the destructor", [this] {
      while (!members_.empty()) members_.pop_back();
    });
    Segment::Unlink(FuzzGroupName()).IgnoreError();
  }

  void Step(Input* input) {
    switch (input->Byte()) {
      case 's':
        return Send(input, kMarker);
      case 't':
        return Send(input, kThrows);
      case 'b':
        return StartBarrier(input);
      case 'e':
        return FinishBarriers();
      case 'v':
        return Pick(input).SetService(input->Byte() % 2 != 0);
      case 'a':
        return InTime("AwaitMembers", [&] { Pick(input).AwaitMembers(3).IgnoreError(); });
      case 'l':
        return Leave(input);
      case 'j':
        return Join(input->Byte() % 3, Deadline::In(kPatience));
      case 'd':
        return Describe(input);
      case 'p':
        return std::this_thread::sleep_for(std::chrono::microseconds(input->Byte()));
      case 'x':
        return SpoilBytes(input);
      case 'f':
        return SpoilField(input);
      default:
        return;
    }
  }

 private:
  Process& Pick(Input* input) { return *members_[input->Byte() % members_.size()]; }

  void Join(uint32_t slot, Deadline deadline) {
    if (members_.size() >= 5) return;
    InTime("Join", [&] {
      auto joined = Process::Join(Member(slot, leases_), deadline);
      if (joined.ok()) members_.push_back(*std::move(joined));
    });
  }

  void Send(Input* input, uint32_t type) {
    Process& member = Pick(input);
    const std::string body(1 + input->Byte() % 97, 'a');
    InTime("Send", [&] { member.Send(type, body).IgnoreError(); });
  }

  // Threads that wait while the next steps are taken.
  void StartBarrier(Input* input) {
    if (barriers_.size() > 6) return;
    const auto mode = static_cast<Mode>(1 + input->Byte() % 3);
    for (const std::unique_ptr<Process>& member : members_) {
      barriers_.emplace_back([&process = *member, mode] {
        InTime("Barrier", [&] { process.Barrier("b", mode, Deadline::In(2 * kPatience)); });
      });
    }
  }
  void FinishBarriers() {
    for (std::thread& barrier : barriers_) barrier.join();
    barriers_.clear();
  }

  void Leave(Input* input) {
    Process& member = Pick(input);
    InTime("Leave", [&] { member.Leave().IgnoreError(); });
  }

  void Describe(Input* input) {
    Process& member = Pick(input);
    if (member.Describe().size() > 1'000'000) Complain("a description without end");
    member.Health().IgnoreError();
  }

  void SpoilBytes(Input* input) {
    const SegmentOffsets at(kTiny);
    const size_t offset = input->Short() % at.end;
    const std::string_view bytes =
        input->Take(std::min<size_t>(input->Byte() % 9, at.end - offset));
    std::memcpy(reinterpret_cast<char*>(&memory_->control()) - at.control + offset, bytes.data(),
                bytes.size());
  }

  // A field by its letter, of one incarnation or a pair, and what becomes of it.
  void SpoilField(Input* input) {
    const uint8_t letter = input->Byte();
    const Incarnation one = 1 + input->Byte() % kTiny.incarnations;
    const Incarnation other = 1 + input->Byte() % kTiny.incarnations;
    const uint8_t change = input->Byte();
    if (auto* const word = Word(letter, one, other)) Change(word, change);
    if (auto* const number = Number(letter, one, other)) Change(number, change);
  }

  std::atomic<uint32_t>* Word(uint8_t letter, Incarnation one, Incarnation other) {
    Control& control = memory_->control();
    const auto word = [](void* at, size_t index = 0) {
      return static_cast<std::atomic<uint32_t>*>(at) + index;
    };
    switch (letter) {
      case 'c':
        return &control.claimed;
      case 'S':
        return &control.stopped;
      case 'r':
        return &control.roster_changes;
      case 'w':
        return &control.watching;
      case 'C':
        return word(&control.coordinator, other % 2);
      case 'R':
        return word(&control.roster, other % 2);
      case 'A':
        return word(&control.replies, other % 2);
      case 's':
        return word(&memory_->record(one).status);
      case 'l':
        return word(&memory_->record(one).slot);
      case 'h':
        return &memory_->record(one).heartbeat;
      case 'b':
        return &memory_->request_ring(one).header->blocked;
      case 'M':
        return word(&memory_->request_ring(one).header->messages, other % 2);
      case 'O':
        return word(&memory_->request_ring(one).header->room, other % 2);
      case 't':
        return word(&memory_->progress(one, other).state);
      case 'T':
        return word(&memory_->reply_cell(one).state);
      case 'k':
        return word(&Message(one, other)->kind);
      case 'z':
        return word(&Message(one, other)->size);
      default:
        return nullptr;
    }
  }

  std::atomic<uint64_t>* Number(uint8_t letter, Incarnation one, Incarnation other) {
    const auto number = [](uint64_t* at) { return reinterpret_cast<std::atomic<uint64_t>*>(at); };
    switch (letter) {
      case 'p':
        return &memory_->request_ring(one).header->published;
      case 'P':
        return &memory_->reply_ring().header->published;
      case 'e':
        return number(&memory_->request_ring(one).header->epoch);
      case 'q':
        return &memory_->progress(one, other).sequence;
      case 'E':
        return number(&memory_->progress(one, other).epoch);
      case 'n':
        return &memory_->scan(one).sequence;
      case 'u':
        return &memory_->request_ring(one).header->calls_from;
      case 'U':
        return &memory_->request_ring(one).header->calls_end;
      case 'V':
        return &memory_->request_ring(one).header->room_from;
      case 'Q':
        return &memory_->reply_cell(one).sequence;
      case 'm':
        return number(&Message(one, other)->sequence);
      default:
        return nullptr;
    }
  }

  Envelope* Message(Incarnation writer, uint32_t index) {
    return reinterpret_cast<Envelope*>(memory_->request_ring(writer).Slot(index));
  }

  template <typename T>
  static void Change(std::atomic<T>* at, uint8_t change) {
    switch (change) {
      case '+':
        at->fetch_add(1);
        return;
      case '-':
        at->fetch_sub(1);
        return;
      case '~':
        at->store(~T{0});
        return;
      case 'h':
        at->store(T{1} << (8 * sizeof(T) - 1));
        return;
      default:
        at->store(change >= '0' && change <= '9' ? change - '0' : change);
    }
  }

  const bool leases_;
  std::vector<std::unique_ptr<Process>> members_;  // the coordinator first
  std::unique_ptr<Segment> memory_;
  std::vector<std::thread> barriers_;
};

}  // namespace

void FuzzGroup(Input* input) {
  SpoiltGroup group(/*leases=*/input->Byte() == 'L');
  for (int step = 0; step < 64 && !input->empty(); ++step) group.Step(input);
}

}  // namespace fence
