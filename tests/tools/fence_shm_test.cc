#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "fence/process.h"
#include "tests/tools/tool.h"

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class FenceShm : public testing::Test {
 protected:
  FenceShm() : group_("fence_shm_test." + std::to_string(getpid())) {}
  ~FenceShm() override {
    End();
    fence::Segment::Unlink(group_).IgnoreError();
  }

  // A process that is the coordinator of the group and waits to be killed.
  void Begin() {
    int ready[2];
    ASSERT_EQ(pipe(ready), 0);
    pid_ = fork();
    if (pid_ == 0) {
      fence::Options options;
      options.group = group_;
      options.name = "the coordinator";
      const auto self = fence::Process::Create(std::move(options));
      const char ok = self.ok() ? 1 : 0;
      if (write(ready[1], &ok, 1) != 1) _exit(1);
      for (;;) pause();
    }
    char ok = 0;
    EXPECT_EQ(read(ready[0], &ok, 1), 1);
    EXPECT_EQ(ok, 1);
    close(ready[0]);
    close(ready[1]);
  }
  void End() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(std::exchange(pid_, -1), nullptr, 0);
  }

  // What `fence-shm list --json` says of the group.
  std::string Line() const {
    const std::string all = Tool("fence-shm list --json").out;
    const size_t at = all.find(group_);
    if (at == std::string::npos) return "";
    const size_t begin = all.rfind('\n', at) + 1;  // 0 if there is none
    return all.substr(begin, all.find('\n', at) - begin);
  }
  int Remove(const std::string& flags = "") const {
    return Tool("fence-shm remove " + flags + " " + group_).status;
  }
  bool Exists() const { return !absl::IsNotFound(fence::Segment::Attach(group_).status()); }

  const std::string group_;
  pid_t pid_ = -1;
};

TEST_F(FenceShm, WhatIsInUseIsListedAndNotRemoved) {
  Begin();
  EXPECT_THAT(Line(), AllOf(HasSubstr("\"state\":\"in use\""), HasSubstr("the coordinator"),
                            HasSubstr("\"alive\":true")));
  EXPECT_EQ(Remove(), 1);
  EXPECT_TRUE(Exists());
  EXPECT_EQ(Remove("--force"), 0);
  EXPECT_FALSE(Exists());
}

TEST_F(FenceShm, AnOrphanIsListedAndRemoved) {
  Begin();
  End();
  EXPECT_THAT(Line(), AllOf(HasSubstr("\"state\":\"orphan\""), HasSubstr("\"alive\":false")));
  EXPECT_EQ(Remove(), 0);
  EXPECT_FALSE(Exists());
}

TEST_F(FenceShm, WhatIsNoSegmentIsNotRemovedUnlessForced) {
  const int fd = shm_open(("/fence." + group_).c_str(), O_CREAT | O_EXCL | O_RDWR, 0600);
  ASSERT_GE(fd, 0);
  ASSERT_EQ(write(fd, "not a segment", 13), 13);
  close(fd);
  EXPECT_THAT(Line(), AllOf(HasSubstr("\"state\":\"unreadable\""), HasSubstr("too short")));
  EXPECT_EQ(Remove(), 1);
  EXPECT_TRUE(Exists());
  EXPECT_EQ(Remove("--force"), 0);
}

TEST_F(FenceShm, AGroupThatIsNotThereIsAnError) { EXPECT_EQ(Remove(), 1); }

TEST(FenceShmUsage, WithoutAGroupIsExitTwo) {
  EXPECT_EQ(Tool("fence-shm remove").status, 2);
  EXPECT_EQ(Tool("fence-shm").status, 2);
  EXPECT_EQ(Tool("fence-shm remove --orphans some").status, 2);
}

}  // namespace
