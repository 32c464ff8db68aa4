// Members that send and meet at full speed, several threads each, with rings so small that senders
// wait; native threads, as many as the machine has.
//
// What the barrier is for is checked with plain memory: what one thread wrote before its barrier,
// and what handlers wrote, is read behind it without any other synchronisation. In a build for
// ThreadSanitizer (cmake --preset tsan) a barrier that does not synchronise is a data race, also
// where the values are right by luck. FENCE_STRESS (default 1) multiplies the length.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "fence/process.h"
#include "tests/fence/soon.h"
#include "tests/fence/team.h"

namespace fence {
namespace {

#if defined(__SANITIZE_THREAD__)
constexpr bool kThreadSanitizer = true;
#elif defined(__has_feature)
constexpr bool kThreadSanitizer = __has_feature(thread_sanitizer);
#else
constexpr bool kThreadSanitizer = false;
#endif

constexpr uint32_t kMembers = 4;     // that stay, the coordinator among them
constexpr uint32_t kVisitor = 4;     // the slot of those that come and go
constexpr uint32_t kThreads = 2;     // that send, of each member
constexpr uint32_t kMarkers = 3000;  // of each of them
constexpr uint32_t kRounds = 400;    // of each of these barriers
constexpr Mode kModes[] = {Mode::kRendezvous, Mode::kDelivery, Mode::kProcessing};

uint32_t Length(uint32_t count) {
  const char* const factor = std::getenv("FENCE_STRESS");
  return count * (factor == nullptr ? 1 : static_cast<uint32_t>(std::max(1, std::atoi(factor))));
}

// The head of a message; what follows is filled with `number`, and its length depends on it.
struct Marker {
  uint32_t thread;
  uint32_t number;
};

std::string Text(const Marker& marker) {
  std::string text(sizeof(marker) + marker.number % 80, static_cast<char>(marker.number));
  std::memcpy(text.data(), &marker, sizeof(marker));
  return text;
}

Marker Parse(const Message& message) {
  Marker marker{};
  if (message.payload.size() < sizeof(marker)) return marker;
  std::memcpy(&marker, message.payload.data(), sizeof(marker));
  if (message.payload != Text(marker)) ADD_FAILURE() << "torn: " << message.position.sequence;
  return marker;
}

// Which markers of which thread each member has handled, and how many each thread had sent before
// each barrier. Plain memory but for `sent`, which the callers of the same member ask.
class Ledger {
 public:
  Ledger(uint32_t markers, uint32_t rounds)
      : markers_(markers),
        rounds_(rounds),
        sent_(kMembers * kThreads),
        handled_(size_t{kMembers} * kMembers * kThreads * markers),
        before_(std::size(kModes) * rounds * kMembers * kThreads) {}

  uint32_t markers() const { return markers_; }
  uint32_t rounds() const { return rounds_; }

  void Sent(uint32_t member, uint32_t thread, uint32_t count) {
    sent_[member * kThreads + thread].store(count, std::memory_order_relaxed);
  }

  void Handle(uint32_t observer, const Message& message) {
    const Marker marker = Parse(message);
    if (marker.thread >= kThreads || marker.number >= markers_) {
      ADD_FAILURE() << "marker " << marker.number << " of thread " << marker.thread;
      return;
    }
    uint8_t* const first = Handled(observer, message.sender_slot, marker.thread);
    if (first[marker.number] != 0) ADD_FAILURE() << "handled twice: " << marker.number;
    if (marker.number > 0 && first[marker.number - 1] == 0)
      ADD_FAILURE() << "out of order: " << marker.number;
    first[marker.number] = 1;
  }

  // The member is about to call the barrier.
  void Arrive(size_t barrier, uint32_t round, uint32_t member) {
    for (uint32_t thread = 0; thread < kThreads; ++thread) {
      // One more than were sent, so that 0 is: has not arrived.
      Before(barrier, round, member)[thread] =
          1 + sent_[member * kThreads + thread].load(std::memory_order_relaxed);
    }
  }

  // The barrier has returned to the member. `checked` is what it has looked at before: how many
  // markers by observer, sender and thread.
  void Check(size_t barrier, uint32_t round, uint32_t member, std::vector<uint32_t>* checked) {
    for (uint32_t sender = 0; sender < kMembers; ++sender) {
      for (uint32_t thread = 0; thread < kThreads; ++thread) {
        const uint32_t before = Before(barrier, round, sender)[thread];
        if (before == 0) ADD_FAILURE() << "released before member " << sender << " has arrived";
        for (uint32_t observer = 0; observer < kMembers; ++observer) {
          if (observer == sender || !Promises(kModes[barrier], observer == member)) continue;
          const uint8_t* const first = Handled(observer, sender, thread);
          uint32_t& i = (*checked)[(observer * kMembers + sender) * kThreads + thread];
          for (; i + 1 < before; ++i) {
            if (first[i] == 0) ADD_FAILURE() << "member " << observer << " has missed " << i;
          }
        }
      }
    }
  }

 private:
  static bool Promises(Mode mode, bool own) {
    return mode == Mode::kProcessing || (mode == Mode::kDelivery && own);
  }
  uint8_t* Handled(uint32_t observer, uint32_t sender, uint32_t thread) {
    return &handled_[size_t{(observer * kMembers + sender) * kThreads + thread} * markers_];
  }
  uint32_t* Before(size_t barrier, uint32_t round, uint32_t member) {
    return &before_[((barrier * rounds_ + round) * kMembers + member) * kThreads];
  }

  const uint32_t markers_;
  const uint32_t rounds_;
  std::vector<std::atomic<uint32_t>> sent_;
  std::vector<uint8_t> handled_;
  std::vector<uint32_t> before_;
};

Options SmallRings(const Team& team, uint32_t slot) {
  Options options = team.Member(slot);
  options.geometry = {
      .slots = kMembers + 1, .incarnations = 256, .ring_messages = 8, .message_bytes = 96};
  options.first_sequence = kNearWrap - 100 * slot;
  options.first_reply = kNearWrap;
  return options;
}

std::vector<Process*> StartMembers(Team* team, Ledger* ledger, const Handler& of_visitors) {
  std::vector<Process*> members;
  for (uint32_t slot = 0; slot < kMembers; ++slot) {
    Options options = SmallRings(*team, slot);
    options.handlers[kMarker] = [=](Process& self, const Message& message) {
      if (message.sender_slot == kVisitor) {
        of_visitors(self, message);
      } else {
        ledger->Handle(self.slot(), message);
      }
    };
    members.push_back(&team->Start(std::move(options)));
  }
  return members;
}

void SendMarkers(Process* self, uint32_t thread, Ledger* ledger) {
  for (uint32_t number = 0; number < ledger->markers(); ++number) {
    const absl::Status sent = self->Send(kMarker, Text({thread, number}));
    ASSERT_TRUE(sent.ok()) << sent;
    ledger->Sent(self->slot(), thread, number + 1);
  }
}

void PassBarriers(Process* self, size_t barrier, Ledger* ledger, bool all_stay) {
  const std::string name = ToString(kModes[barrier]);
  std::vector<uint32_t> checked(kMembers * kMembers * kThreads);
  for (uint32_t round = 0; round < ledger->rounds(); ++round) {
    ledger->Arrive(barrier, round, self->slot());
    const BarrierResult result = self->Barrier(name, kModes[barrier]);
    ASSERT_TRUE(all_stay ? result.satisfied() : result.status.ok()) << result.status;
    ledger->Check(barrier, round, self->slot(), &checked);
  }
}

// Every member sends from some threads, and others pass a barrier of each mode, again and again.
void Work(const std::vector<Process*>& members, Ledger* ledger, bool all_stay) {
  std::vector<std::thread> threads;
  for (Process* const self : members) {
    for (uint32_t thread = 0; thread < kThreads; ++thread)
      threads.emplace_back([=] { SendMarkers(self, thread, ledger); });
    for (size_t barrier = 0; barrier < std::size(kModes); ++barrier)
      threads.emplace_back([=] { PassBarriers(self, barrier, ledger, all_stay); });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Stress, WhatWasDoneBeforeABarrierIsSeenBehindItInEveryMode) {
  Ledger ledger(Length(kMarkers), Length(kRounds));
  Team team("stress");
  Work(StartMembers(&team, &ledger, nullptr), &ledger, /*all_stay=*/true);
}

// A life of the visitor's slot: sends its markers, and ends in one of several ways.
class Visits {
 public:
  explicit Visits(const Team& team) : team_(team) {}

  // What members do with its markers: each has each of them once, in order.
  Handler Counter() {
    return [this](Process& self, const Message& message) {
      const Marker marker = Parse(message);
      // By the one reader of that life in that member.
      uint32_t& next = next_[self.slot()][message.sender];
      if (marker.number != next) ADD_FAILURE() << "expected " << next << ", got " << marker.number;
      next = marker.number + 1;
      handled_.fetch_add(1, std::memory_order_relaxed);
    };
  }

  void Run(const std::atomic<bool>& over) {
    std::unique_ptr<Process> before;
    for (uint32_t visit = 0; !over.load(std::memory_order_relaxed) && visit < 200; ++visit) {
      Options options = SmallRings(team_, kVisitor);
      options.first_sequence += 1000 * (visit % 2);  // a life may start lower, or higher
      auto self = Process::Join(std::move(options));
      ASSERT_TRUE(self.ok()) << self.status();
      if (before != nullptr) {
        EXPECT_TRUE(absl::IsCancelled(before->Send(kMarker, ""))) << "it has been replaced";
        before.reset();
      }
      for (uint32_t number = 0; number < 10; ++number) {
        ASSERT_TRUE((*self)->Send(kMarker, Text({0, number})).ok());
        ++sent_;
      }
      // Some lives are replaced while they still read. Not under ThreadSanitizer: the writer does
      // not wait for who has been dropped, and overwrites what that one may be copying, and will
      // throw away (Reader::Fetch). That is a race on purpose.
      if (visit % 3 == 2 && !kThreadSanitizer) {
        before = *std::move(self);
      } else if (visit % 3 == 1) {
        EXPECT_TRUE((*self)->Leave().ok());
      }  // else the destructor leaves
    }
  }

  uint64_t sent() const { return sent_; }
  uint64_t handled() const { return handled_.load(std::memory_order_relaxed); }

 private:
  const Team& team_;
  uint64_t sent_ = 0;
  std::atomic<uint64_t> handled_ = 0;
  uint32_t next_[kMembers][256] = {};
};

TEST(Stress, OthersComeAndGoMeanwhile) {
  Ledger ledger(Length(kMarkers), Length(kRounds));
  Team team("stress_visits");
  Visits visits(team);
  const std::vector<Process*> members = StartMembers(&team, &ledger, visits.Counter());
  std::atomic<bool> over = false;
  std::thread visitor([&] { visits.Run(over); });
  Work(members, &ledger, /*all_stay=*/false);
  over.store(true, std::memory_order_relaxed);
  visitor.join();
  EXPECT_GT(visits.sent(), 0u);
  EXPECT_TRUE(Soon([&] { return visits.handled() == kMembers * visits.sent(); }))
      << visits.handled() << " of " << kMembers * visits.sent();
}

}  // namespace
}  // namespace fence
