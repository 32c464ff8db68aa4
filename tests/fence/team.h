// What tests of several members in one address space share.
#ifndef FENCE_TESTS_TEAM_H_
#define FENCE_TESTS_TEAM_H_

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fence/process.h"

namespace fence {

inline constexpr uint32_t kMarker = 1;
inline constexpr uint64_t kNearWrap = std::numeric_limits<uint64_t>::max() - 5;

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
inline std::vector<BarrierResult> BarrierOfAll(const std::vector<Process*>& members, Mode mode) {
  std::vector<BarrierResult> results(members.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < members.size(); ++i) {
    threads.emplace_back([&, i] { results[i] = members[i]->Barrier("all", mode); });
  }
  for (std::thread& thread : threads) thread.join();
  return results;
}

// What one member hears, in order.
class Heard {
 public:
  Handler Recorder() {
    return [this](Process&, const Message& message) {
      const std::lock_guard lock(mutex_);
      texts_.emplace_back(message.payload);
    };
  }
  std::vector<std::string> texts() const {
    const std::lock_guard lock(mutex_);
    return texts_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> texts_;
};

}  // namespace fence

#endif  // FENCE_TESTS_TEAM_H_
