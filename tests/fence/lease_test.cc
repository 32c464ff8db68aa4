// Lesson 20 (wait-for-the-dead), and what a lease must not do to the living.
#include "src/fence/lease.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "src/fence/process.h"

namespace fence {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int64_t kMs = 1'000'000;

TEST(LeaseWatch, RunsOutWhenTheHeartbeatStandsStill) {
  LeaseWatch watch(milliseconds(100), 7, 0);
  EXPECT_FALSE(watch.RunOut(7, 25 * kMs));
  EXPECT_FALSE(watch.RunOut(7, 50 * kMs));
  EXPECT_FALSE(watch.RunOut(7, 75 * kMs));
  EXPECT_TRUE(watch.RunOut(7, 100 * kMs));
}

TEST(LeaseWatch, AnyMoveOfTheHeartbeatRenewsIt) {
  LeaseWatch watch(milliseconds(100), 7, 0);
  EXPECT_FALSE(watch.RunOut(7, 75 * kMs));
  EXPECT_FALSE(watch.RunOut(3, 99 * kMs));  // also a wrap: it is a counter
  EXPECT_FALSE(watch.RunOut(3, 150 * kMs));
  EXPECT_TRUE(watch.RunOut(3, 200 * kMs));
}

// The watcher was stopped himself, with those whom he watches: he gives them time to move.
TEST(LeaseWatch, TheWatchersOwnAbsenceIsNotHeldAgainstOthers) {
  LeaseWatch watch(milliseconds(100), 7, 0);
  EXPECT_FALSE(watch.RunOut(7, 3'600'000 * kMs));
  EXPECT_TRUE(watch.RunOut(7, 7'200'000 * kMs));
}

TEST(LeaseWatch, ForEverDoesNotRunOut) {
  LeaseWatch watch(std::chrono::nanoseconds::max(), 7, 0);
  for (int64_t day = 1; day < 1'000; ++day) ASSERT_FALSE(watch.RunOut(7, day * 86'400'000 * kMs));
}

// --- between real processes
// -------------------------------------------------------------------------

// What the processes of one test tell each other beside the barrier: how far each has come.
struct Board {
  std::atomic<int> round[4];
  std::atomic<int> ends[4];
};

class Deaths : public testing::Test {
 protected:
  Deaths()
      : group_("lease_test." + std::to_string(getpid())),
        board_(static_cast<Board*>(mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE,
                                        MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {}
  ~Deaths() override {
    for (const pid_t pid : pids_) {
      kill(pid, SIGKILL);
      waitpid(pid, nullptr, 0);
    }
    Segment::Unlink(group_).IgnoreError();
  }

  // A member that passes barriers until one fails; its exit status is that failure's code.
  pid_t Start(uint32_t slot, bool coordinator) {
    const pid_t pid = fork();
    if (pid != 0) {
      pids_.push_back(pid);
      return pid;
    }
    alarm(60);
    Options options;
    options.group = group_;
    options.slot = slot;
    options.lease = milliseconds(1'500);
    options.patience = seconds(30);
    auto self =
        coordinator ? Process::Create(std::move(options)) : Process::Join(std::move(options));
    if (!self.ok()) _exit(100 + static_cast<int>(self.status().code()));
    absl::Status status = (*self)->AwaitMembers(3);
    while (status.ok()) {
      status = (*self)->Barrier("again", Mode::kDelivery).status;
      board_->round[slot].fetch_add(1);
      usleep(1'000);
    }
    board_->ends[slot] = static_cast<int>(status.code());
    _exit(static_cast<int>(status.code()));
  }

  // True if `condition` holds within the time.
  static bool Soon(const std::function<bool()>& condition) {
    for (int i = 0; i < 2'000; ++i) {
      if (condition()) return true;
      usleep(5'000);
    }
    return false;
  }
  bool Advances(uint32_t slot) {
    const int before = board_->round[slot];
    return Soon([&] { return board_->round[slot] > before + 10; });
  }
  static int StatusOf(pid_t pid) {
    int status = -1;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  const std::string group_;
  Board* const board_;
  std::vector<pid_t> pids_;
};

TEST_F(Deaths, AKilledMemberIsDroppedAndTheOthersGoOn) {
  Start(0, true);
  Start(1, false);
  const pid_t victim = Start(2, false);
  ASSERT_TRUE(Advances(2));
  kill(victim, SIGKILL);
  EXPECT_TRUE(Advances(0));
  EXPECT_TRUE(Advances(1));
}

TEST_F(Deaths, AStoppedMemberThatComesBackIsRefused) {
  Start(0, true);
  Start(1, false);
  const pid_t sleeper = Start(2, false);
  ASSERT_TRUE(Advances(2));
  kill(sleeper, SIGSTOP);
  EXPECT_TRUE(Advances(0));
  kill(sleeper, SIGCONT);
  EXPECT_EQ(StatusOf(sleeper), static_cast<int>(absl::StatusCode::kCancelled));
  EXPECT_TRUE(Advances(1));
}

TEST_F(Deaths, ARestartedMemberJoinsAsANewIncarnation) {
  Start(0, true);
  Start(1, false);
  const pid_t victim = Start(2, false);
  ASSERT_TRUE(Advances(2));
  kill(victim, SIGKILL);
  Start(2, false);  // before its lease ends: joining drops the old one
  EXPECT_TRUE(Advances(2));
  EXPECT_TRUE(Advances(1));
}

TEST_F(Deaths, TheCoordinatorsDeathIsAnErrorForEveryMemberAndFreesTheName) {
  const pid_t coordinator = Start(0, true);
  const pid_t one = Start(1, false);
  const pid_t two = Start(2, false);
  ASSERT_TRUE(Advances(1) && Advances(2));
  kill(coordinator, SIGKILL);
  EXPECT_EQ(StatusOf(one), static_cast<int>(absl::StatusCode::kUnavailable));
  EXPECT_EQ(StatusOf(two), static_cast<int>(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(absl::IsNotFound(Segment::Attach(group_).status()));
}

TEST_F(Deaths, ACoordinatorThatWasStoppedTooLongIsToldSo) {
  const pid_t coordinator = Start(0, true);
  const pid_t one = Start(1, false);
  Start(2, false);
  ASSERT_TRUE(Advances(1));
  kill(coordinator, SIGSTOP);
  EXPECT_EQ(StatusOf(one), static_cast<int>(absl::StatusCode::kUnavailable));
  kill(coordinator, SIGCONT);
  EXPECT_EQ(StatusOf(coordinator), static_cast<int>(absl::StatusCode::kUnavailable));
}

// Runs a tool of the build; its exit status.
int Tool(const std::string& arguments) {
  std::string command = WEIR_BINARY_DIR "/";
  command += arguments;
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(Deaths, WhatAllHaveLeftBehindIsRemovedAndWhatIsInUseIsNot) {
  if (access(WEIR_BINARY_DIR "/fence-shm", X_OK) != 0) GTEST_SKIP() << "built without tools";
  Start(0, true);
  Start(1, false);
  Start(2, false);
  ASSERT_TRUE(Advances(2));
  std::string remove = "fence-shm remove ";
  remove += group_;
  EXPECT_EQ(Tool(remove + " 2>/dev/null"), 1);
  ASSERT_TRUE(Segment::Attach(group_).ok());
  for (const pid_t pid : pids_) kill(pid, SIGKILL);
  for (const pid_t pid : std::exchange(pids_, {})) waitpid(pid, nullptr, 0);
  EXPECT_EQ(Tool(remove + " >/dev/null"), 0);
  EXPECT_TRUE(absl::IsNotFound(Segment::Attach(group_).status()));
}

TEST(FenceRepro, PassesInEveryModeAndWithKills) {
  if (access(WEIR_BINARY_DIR "/fence-repro", X_OK) != 0) GTEST_SKIP() << "built without tools";
  for (const char* mode : {"rendezvous", "delivery", "processing"}) {
    std::string command = "fence-repro --handler 50us --mode ";
    command += mode;
    EXPECT_EQ(Tool(command), 0) << mode;
  }
  EXPECT_EQ(Tool("fence-repro --handler 50us --iterations 200 --kill-every 40ms"), 0);
}

}  // namespace
}  // namespace fence
