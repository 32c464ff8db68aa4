// The barrier between real processes: each child builds its own Process on the same segment.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "fence/process.h"

namespace fence {
namespace {

constexpr uint32_t kMarker = 1;
constexpr uint32_t kWorkers = 2;
constexpr int kIterations = 64;
constexpr int kBurst = 8;
constexpr uint64_t kNearWrap = std::numeric_limits<uint64_t>::max() - 100;

struct Marker {
  int iteration;
  int number;
};

// Runs `body` in a child; its return value is the exit status, and what it says goes to the test's
// output.
pid_t Fork(const std::function<int()>& body) {
  const pid_t pid = fork();
  if (pid == 0) {
    alarm(60);  // a hang is a failure, not a stuck test
    _exit(body());
  }
  return pid;
}

int Complain(const std::string& who, const std::string& what) {
  fprintf(stderr, "%s: %s\n", who.c_str(), what.c_str());
  return 1;
}

// What an observer has had of one sender; written by one reader thread, read by main after the
// barrier.
struct Tally {
  std::atomic<int> markers = 0;
  std::atomic<bool> in_order = true;

  void Take(const Message& message) {
    Marker marker;
    memcpy(&marker, message.payload.data(), sizeof(marker));
    const int before = markers.load();
    if (marker.iteration != before / kBurst || marker.number != before % kBurst) in_order = false;
    markers = before + 1;
  }
};

using Tallies = std::array<Tally, kWorkers + 1>;

Options Member(const std::string& group, uint32_t slot, Tallies* tallies) {
  Options options;
  options.group = group;
  options.slot = slot;
  options.first_sequence = kNearWrap + 7 * slot;  // wraps on the way, at different moments
  options.first_reply = kNearWrap;
  options.handlers[kMarker] = [tallies](Process&, const Message& message) {
    if (message.sender_slot == 1) usleep(50);
    (*tallies)[message.sender_slot].Take(message);
  };
  return options;
}

int CheckTallies(const std::string& who, uint32_t self, int iteration, const Tallies& tallies) {
  for (uint32_t sender = 1; sender <= kWorkers; ++sender) {
    if (sender == self) continue;
    const int expected = (iteration + 1) * kBurst;
    if (tallies[sender].markers < expected || !tallies[sender].in_order) {
      return Complain(who, "iteration " + std::to_string(iteration) + " of worker " +
                               std::to_string(sender) + ": released with " +
                               std::to_string(tallies[sender].markers) + " of " +
                               std::to_string(expected));
    }
  }
  return 0;
}

int RunMember(Process& self, const std::string& who, const Tallies& tallies) {
  if (!self.AwaitMembers(kWorkers + 1).ok()) return Complain(who, "the team is not complete");
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    for (int number = 0; self.slot() != 0 && number < kBurst; ++number) {
      const Marker marker{iteration, number};
      const absl::Status sent =
          self.Send(kMarker, {reinterpret_cast<const char*>(&marker), sizeof(marker)});
      if (!sent.ok()) return Complain(who, sent.ToString());
    }
    const BarrierResult result = self.Barrier("iteration", Mode::kDelivery);
    if (!result.satisfied()) return Complain(who, result.status.ToString());
    if (CheckTallies(who, self.slot(), iteration, tallies) != 0) return 1;
  }
  // Nobody leaves while another one still waits for its messages.
  return self.Barrier("end", Mode::kRendezvous).satisfied()
             ? 0
             : Complain(who, "the last barrier failed");
}

int RunProcess(const std::string& group, uint32_t slot) {
  const std::string who = slot == 0 ? "coordinator" : "worker-" + std::to_string(slot);
  Tallies tallies;
  Options options = Member(group, slot, &tallies);
  auto self = slot == 0 ? Process::Create(std::move(options)) : Process::Join(std::move(options));
  if (!self.ok()) return Complain(who, self.status().ToString());
  if (RunMember(**self, who, tallies) != 0) return 1;
  const absl::Status left = (*self)->Leave();
  return left.ok() ? 0 : Complain(who, left.ToString());
}

TEST(RealProcesses, PassSixtyFourIterationsInDeliveryModeAcrossTheWrap) {
  const std::string group = "fork_test." + std::to_string(getpid());
  std::vector<pid_t> children;
  for (uint32_t slot = 0; slot <= kWorkers; ++slot) {
    children.push_back(Fork([&] { return RunProcess(group, slot); }));
  }
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "status " << status;
  }
  struct stat info;
  EXPECT_NE(stat(("/dev/shm/fence." + group).c_str(), &info), 0) << "a segment is left behind";
}

}  // namespace
}  // namespace fence
