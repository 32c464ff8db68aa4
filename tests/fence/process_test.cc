// Barriers between several Process objects in one address space, each with its own mapping of the
// segment.

#include "src/fence/process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace fence {
namespace {

constexpr uint32_t kMarker = 1;
constexpr uint64_t kNearWrap = std::numeric_limits<uint64_t>::max() - 5;

using std::chrono::milliseconds;

// A group of one coordinator (slot 0) and workers (slots 1, 2, …), with a name of its own.
class Team {
 public:
  explicit Team(const std::string& name) : name_(name + "." + std::to_string(getpid())) {}

  Options Member(uint32_t slot) const {
    Options options;
    options.group = name_;
    options.slot = slot;
    options.name = slot == 0 ? "coordinator" : "worker-" + std::to_string(slot);
    options.patience = std::chrono::seconds(30);
    return options;
  }

  Process& Start(Options options) {
    auto process =
        options.slot == 0 ? Process::Create(std::move(options)) : Process::Join(std::move(options));
    EXPECT_TRUE(process.ok()) << process.status();
    members_.push_back(*std::move(process));
    return *members_.back();
  }

  // Workers first: the coordinator's end is the end of the group.
  ~Team() {
    while (!members_.empty()) members_.pop_back();
  }

  const std::string& name() const { return name_; }

 private:
  const std::string name_;
  std::vector<std::unique_ptr<Process>> members_;
};

// Calls the barrier from all of `members` at once and returns the results in their order.
std::vector<BarrierResult> BarrierOfAll(const std::vector<Process*>& members, Mode mode) {
  std::vector<BarrierResult> results(members.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < members.size(); ++i) {
    threads.emplace_back([&, i] { results[i] = members[i]->Barrier("all", mode); });
  }
  for (std::thread& thread : threads) thread.join();
  return results;
}

TEST(Barrier, OfTheCoordinatorAloneReturnsAtOnce) {
  Team team("alone");
  Process& only = team.Start(team.Member(0));
  for (const Mode mode : {Mode::kRendezvous, Mode::kDelivery, Mode::kProcessing}) {
    const BarrierResult result = only.Barrier("all", mode);
    EXPECT_TRUE(result.satisfied()) << result.status;
    EXPECT_EQ(result.phases, UniformPhases(mode, Phase::kSatisfied));
  }
}

TEST(Barrier, ReleasesAllMembersInEachMode) {
  Team team("modes");
  std::vector<Process*> members;
  for (uint32_t slot = 0; slot < 3; ++slot) members.push_back(&team.Start(team.Member(slot)));
  for (int round = 0; round < 30; ++round) {
    for (const Mode mode : {Mode::kRendezvous, Mode::kDelivery, Mode::kProcessing}) {
      for (const BarrierResult& result : BarrierOfAll(members, mode))
        ASSERT_TRUE(result.satisfied()) << result.status;
    }
  }
}

TEST(Barrier, HoldsUntilTheSlowestReaderHasHandledEveryMarker) {
  Team team("slow");
  std::atomic<int> handled = 0;
  Options coordinator = team.Member(0);
  coordinator.first_sequence = kNearWrap;
  coordinator.handlers[kMarker] = [&](Process&, const Message&) {
    std::this_thread::sleep_for(milliseconds(5));
    ++handled;
  };
  std::vector<Process*> members = {&team.Start(std::move(coordinator))};
  for (uint32_t slot = 1; slot < 3; ++slot) {
    Options worker = team.Member(slot);
    worker.first_sequence = kNearWrap + slot;
    members.push_back(&team.Start(std::move(worker)));
  }
  for (int iteration = 1; iteration <= 5; ++iteration) {
    std::thread worker1([&] {
      for (int i = 0; i < 4; ++i) ASSERT_TRUE(members[1]->Send(kMarker, "m").ok());
      ASSERT_TRUE(members[1]->Barrier("all", Mode::kDelivery).satisfied());
    });
    std::thread worker2([&] {
      for (int i = 0; i < 4; ++i) ASSERT_TRUE(members[2]->Send(kMarker, "m").ok());
      ASSERT_TRUE(members[2]->Barrier("all", Mode::kDelivery).satisfied());
    });
    ASSERT_TRUE(members[0]->Barrier("all", Mode::kDelivery).satisfied());
    EXPECT_EQ(handled, 8 * iteration);
    worker1.join();
    worker2.join();
  }
}

}  // namespace
}  // namespace fence
