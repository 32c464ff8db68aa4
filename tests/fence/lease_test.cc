// How the dead are told from the slow, and what a lease must not do to the living.
#include "fence/lease.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "fence/process.h"
#include "tests/fence/soon.h"

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
  std::atomic<int> round[3];
};

// A coordinator and two workers, all on their way.
class Three : public testing::Test {
 protected:
  Three()
      : group_("lease_test." + std::to_string(getpid())),
        board_(static_cast<Board*>(mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE,
                                        MAP_SHARED | MAP_ANONYMOUS, -1, 0))),
        coordinator_(Start(0)),
        one_(Start(1)),
        two_(Start(2)) {
    EXPECT_TRUE(Soon(
        [this] { return board_->round[0] > 3 && board_->round[1] > 3 && board_->round[2] > 3; }));
  }
  ~Three() override {
    for (const pid_t pid : pids_) {
      kill(pid, SIGKILL);
      waitpid(pid, nullptr, 0);
    }
    Segment::Unlink(group_).IgnoreError();
  }

  // A member that passes barriers until one fails; its exit status is that failure's code.
  pid_t Start(uint32_t slot) {
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
    auto self = slot == 0 ? Process::Create(std::move(options)) : Process::Join(std::move(options));
    if (!self.ok()) _exit(100 + static_cast<int>(self.status().code()));
    absl::Status status = (*self)->AwaitMembers(3);
    while (status.ok()) {
      status = (*self)->Barrier("again", Mode::kDelivery).status;
      board_->round[slot].fetch_add(1);
      usleep(1'000);
    }
    self->reset();  // as a program does: who found the coordinator dead has to remove the name
    _exit(static_cast<int>(status.code()));
  }

  // Nobody gets on any more.
  bool Waiting() {
    const int one = board_->round[1];
    const int two = board_->round[2];
    usleep(100'000);
    return board_->round[1] == one && board_->round[2] == two;
  }
  bool Advances(uint32_t slot) {
    const int before = board_->round[slot];
    return Soon([&] { return board_->round[slot] > before + 10; });
  }
  // Waits for its end.
  int StatusOf(pid_t pid) {
    int status = -1;
    waitpid(pid, &status, 0);
    std::erase(pids_, pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::vector<pid_t> pids_;  // not waited for yet
  const std::string group_;
  Board* const board_;
  const pid_t coordinator_, one_, two_;
};

// Lesson 20, wait-for-the-dead.
TEST_F(Three, AKilledMemberIsDroppedAndTheOthersGoOn) {
  kill(two_, SIGKILL);
  EXPECT_TRUE(Advances(0));
  EXPECT_TRUE(Advances(1));
}

TEST_F(Three, AStoppedMemberThatComesBackIsRefused) {
  kill(two_, SIGSTOP);
  EXPECT_TRUE(Advances(0));
  kill(two_, SIGCONT);
  EXPECT_EQ(StatusOf(two_), static_cast<int>(absl::StatusCode::kCancelled));
  EXPECT_TRUE(Advances(1));
}

TEST_F(Three, ARestartedMemberJoinsAsANewIncarnation) {
  kill(two_, SIGKILL);
  Start(2);  // before its lease ends: joining drops the old one
  EXPECT_TRUE(Advances(2));
  EXPECT_TRUE(Advances(1));
}

TEST_F(Three, TheCoordinatorsDeathIsAnErrorForEveryMemberAndFreesTheName) {
  kill(coordinator_, SIGKILL);
  EXPECT_EQ(StatusOf(one_), static_cast<int>(absl::StatusCode::kUnavailable));
  EXPECT_EQ(StatusOf(two_), static_cast<int>(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(absl::IsNotFound(Segment::Attach(group_).status()));
}

// Found by the scenario coordinator_dies.
TEST_F(Three, ACoordinatorKilledBeforeItWokeAnybodyKeepsNobody) {
  kill(coordinator_, SIGSTOP);
  EXPECT_TRUE(Soon([this] { return Waiting(); }));  // for each other, and for the coordinator
  {
    const absl::StatusOr<Segment> segment = Segment::Attach(group_);
    ASSERT_TRUE(segment.ok()) << segment.status();
    segment->control().stopped.store(1);  // the last that it did
  }
  kill(coordinator_, SIGKILL);
  EXPECT_EQ(StatusOf(one_), static_cast<int>(absl::StatusCode::kUnavailable));
  EXPECT_EQ(StatusOf(two_), static_cast<int>(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(absl::IsNotFound(Segment::Attach(group_).status()));
}

TEST_F(Three, ACoordinatorThatWasStoppedTooLongIsToldSo) {
  kill(coordinator_, SIGSTOP);
  EXPECT_EQ(StatusOf(one_), static_cast<int>(absl::StatusCode::kUnavailable));
  kill(coordinator_, SIGCONT);
  EXPECT_EQ(StatusOf(coordinator_), static_cast<int>(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace fence
