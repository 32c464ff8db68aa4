// What scenarios with members that come and go compare.
//
// Rounds have numbers, and a caller knows his own when his barrier has returned. So each of them
// writes on the page of that round what he had sent before he arrived, and what he had handled when
// he returned; whoever comes second compares. Only returns that say "satisfied" are compared:
// others promise nothing about who was lost on the way. A process is killed right before a
// scheduling point, and nothing here is one, so that a page is written whole or not at all.
#ifndef WEIR_SIM_SCENARIO_LEDGER_H_
#define WEIR_SIM_SCENARIO_LEDGER_H_

#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "fence/process.h"
#include "sim/scenario/team.h"
#include "sim/weir.h"

namespace team {

using Life = fence::Incarnation;  // the incarnation that the group gave it

// Markers of one life, numbered from 0.
using Counts = std::map<Life, uint64_t>;

// What a sender had sent before it arrived, and who had joined before it began its last burst: the
// promise is about messages sent after the observer has attached.
struct Sent {
  uint64_t markers = 0;
  std::set<Life> to;
};

// What one life knows of itself.
struct Account {
  Sent sent;
  Counts next;     // the number that each sender's next marker must have; the first may be any
  Counts handled;  // how many of each sender
};

class Ledger {
 public:
  void Joined(const fence::Process& self) { joined_.insert(self.incarnation()); }

  // The next burst of `self`: so many markers.
  absl::Status SendBurst(fence::Process& self, Account& account, int64_t markers) const {
    account.sent.to = joined_;
    for (int64_t i = 0; i < markers; ++i) {
      const uint64_t number = account.sent.markers;
      absl::Status sent = self.Send(kMark, {reinterpret_cast<const char*>(&number), sizeof number});
      if (!sent.ok()) return sent;
      ++account.sent.markers;
    }
    return absl::OkStatus();
  }

  // Passes a barrier, and compares.
  fence::BarrierResult Pass(fence::Process& self, const Account& account, const std::string& name,
                            fence::Mode mode) {
    const Sent sent = account.sent;
    fence::BarrierResult result = self.Barrier(name, mode);
    if (result.satisfied()) Enter(self.incarnation(), result.round, sent, account.handled);
    return result;
  }

  // The handler of a member's markers.
  static fence::Handler MarkerHandler(std::shared_ptr<Account> account) {
    return [account](fence::Process& self, const fence::Message& message) {
      uint64_t number;
      std::memcpy(&number, message.payload.data(), sizeof number);
      const Life sender = message.sender;
      uint64_t& next = account->next.try_emplace(sender, number).first->second;
      weir::Expect(number == next, "out_of_order", [&] {
        return "life " + std::to_string(self.incarnation()) + " handled marker " +
               std::to_string(number) + " of life " + std::to_string(sender) + ", expected " +
               std::to_string(next);
      });
      ++next;
      account->handled[sender] = number + 1;
    };
  }

 private:
  struct Page {
    std::map<Life, Sent> sent;       // by sender
    std::map<Life, Counts> handled;  // by each observer when it returned
  };

  // Everybody who has returned before is compared with the one that returns now, both ways.
  void Enter(Life self, uint64_t round, const Sent& sent, const Counts& handled) {
    Page& page = pages_[round];
    page.sent[self] = sent;
    page.handled[self] = handled;
    for (const auto& [other, count] : page.sent) Compare(page, self, other);
    for (const auto& [other, counts] : page.handled) Compare(page, other, self);
  }

  static void Compare(const Page& page, Life observer, Life sender) {
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

  std::set<Life> joined_;           // lives whose Join or Create has returned
  std::map<uint64_t, Page> pages_;  // by round
};

// What the scenarios whose members come and go have in common.
struct Company {
  uint32_t workers;
  int64_t iterations;  // of the coordinator
  int64_t burst;
  fence::Mode mode;
  Ledger ledger = {};

  // Slot 0 is the coordinator's. `lives`: of each worker, at most.
  fence::Options Member(const std::string& group, uint32_t slot, uint32_t lives,
                        const std::shared_ptr<Account>& account) const {
    fence::Options options = team::Member(group, workers + 1, slot, /*ring_messages=*/16);
    options.geometry.incarnations = 1 + workers * lives;
    options.handlers[kMark] = Ledger::MarkerHandler(account);
    return options;
  }
};

// Of a scenario with the parameters workers, iterations, burst and mode, one of kMessageModes.
inline Company CompanyOf(const weir::Parameters& parameters) {
  return {.workers = static_cast<uint32_t>(parameters["workers"]),
          .iterations = parameters["iterations"],
          .burst = parameters["burst"],
          .mode = kMessageModeValues[parameters["mode"]]};
}

}  // namespace team

#endif  // WEIR_SIM_SCENARIO_LEDGER_H_
