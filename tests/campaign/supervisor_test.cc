#include "sim/campaign/supervisor.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "sim/campaign/messages.h"

namespace weir::sim {
namespace {

ChildEnd WaitFor(Child& child, double hang_seconds) {
  ChildEnd end;
  while (!child.Ended(&end)) {
    child.Watch(hang_seconds);
    usleep(5000);
  }
  return end;
}

[[noreturn]] void Spin() {
  for (volatile uint64_t i = 0;;) i = i + 1;
}

TEST(Supervisor, TheChildsExitStatusIsTheResult) {
  const auto died = [](const SharedPage&, const ChildEnd&) { return 99; };
  EXPECT_EQ(Supervise([](SharedPage&) { return 4; }, 10, died), 4);
}

TEST(Supervisor, ADeathIsToldWithItsSignalAndTheExecutionInProgress) {
  const auto body = [](SharedPage& page) {
    page.execution = {7, 4711};
    raise(SIGKILL);
    return 0;
  };
  const auto died = [](const SharedPage& page, const ChildEnd& end) {
    EXPECT_EQ(end.signal, SIGKILL);
    EXPECT_FALSE(end.hung);
    EXPECT_EQ(page.execution.index, 4711u);
    return 99;
  };
  EXPECT_EQ(Supervise(body, 10, died), 99);
}

// Nothing here is an execution of the engine, so the hang signal has no effect and the child must
// be killed: after 0.1 s, and two graces of 2 s of CPU time.
TEST(Supervisor, AnExecutionWithoutPointsIsEndedOnCpuTime) {
  absl::StatusOr<Child> child = Child::Start([](SharedPage& page, int) -> int {
    page.executing = 1;
    Spin();
  });
  ASSERT_TRUE(child.ok());
  const ChildEnd end = WaitFor(*child, 0.1);
  EXPECT_TRUE(end.hung);
  EXPECT_EQ(end.signal, SIGKILL);
}

TEST(Supervisor, AChildThatSleepsUsesNoCpuTimeAndIsLeftAlone) {
  absl::StatusOr<Child> child = Child::Start([](SharedPage& page, int) {
    page.executing = 1;
    usleep(400'000);
    return 5;
  });
  ASSERT_TRUE(child.ok());
  EXPECT_EQ(WaitFor(*child, 0.1).exit_status, 5);
}

TEST(Supervisor, AChildThatReachesPointsIsLeftAlone) {
  absl::StatusOr<Child> child = Child::Start([](SharedPage& page, int) {
    page.executing = 1;
    while (CpuSeconds(getpid()) < 0.6) page.progress.points = page.progress.points + 1;
    return 5;
  });
  ASSERT_TRUE(child.ok());
  EXPECT_EQ(WaitFor(*child, 0.2).exit_status, 5);
}

TEST(Supervisor, WorkOutsideOfAnExecutionIsNoHang) {
  absl::StatusOr<Child> child = Child::Start([](SharedPage&, int) {
    while (CpuSeconds(getpid()) < 0.6) {
    }
    return 5;
  });
  ASSERT_TRUE(child.ok());
  EXPECT_EQ(WaitFor(*child, 0.2).exit_status, 5);
}

TEST(Supervisor, LinesArriveWholeAlsoLongOnes) {
  const std::string line(300'000, 'x');
  absl::StatusOr<Child> child = Child::Start([&line](SharedPage&, int pipe) {
    SendLine(pipe, line);
    SendLine(pipe, "second");
    [[maybe_unused]] const ssize_t half = write(pipe, "half a li", 9);
    return 0;
  });
  ASSERT_TRUE(child.ok());
  LineReader reader(child->pipe());
  const std::vector<std::string> lines = reader.ReadToEnd();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], line);
  EXPECT_EQ(lines[1], "second");
}

TEST(Supervisor, AChildDiesWithItsParent) {
  absl::StatusOr<Child> outer = Child::Start([](SharedPage&, int pipe) {
    // The grandchild holds the pipe open for as long as it lives.
    absl::StatusOr<Child> inner = Child::Start([](SharedPage&, int) {
      pause();
      return 0;
    });
    SendLine(pipe, "ready");
    raise(SIGKILL);
    return 0;
  });
  ASSERT_TRUE(outer.ok());
  LineReader reader(outer->pipe());
  EXPECT_EQ(reader.ReadToEnd().size(), 1u);  // ends only when both are gone
}

}  // namespace
}  // namespace weir::sim
