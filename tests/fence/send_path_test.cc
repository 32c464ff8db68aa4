// What a send costs when nobody has to be woken: no system call.
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <iterator>

#include "tests/fence/soon.h"
#include "tests/fence/team.h"

namespace fence {
namespace {

// From here on any system call of this thread but exit_group ends the process with SIGSYS.
bool ForbidSystemCalls() {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  };
  const sock_fprog program = {.len = std::size(filter), .filter = filter};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// A member sends a hundred messages without a system call, in a process of its own. The other one's
// reader is busy with an earlier message, or sleeps. The process's wait status.
int Send(bool reader_is_busy) {
  const pid_t child = fork();
  if (child == 0) {
    std::atomic<bool> busy = false;
    Team team("send_path");
    Options receiver = team.Member(0);
    receiver.spins = 0;
    receiver.handlers[kMarker] = [&busy](Process&, const Message&) {
      busy = true;
      while (busy) {
      }
    };
    team.Start(std::move(receiver));
    Process& sender = team.Start(team.Member(1));
    Segment::Unlink(team.name()).IgnoreError();  // nothing is tidied up below
    if (reader_is_busy && !(sender.Send(kMarker, "").ok() && Soon([&] { return busy.load(); })))
      _exit(1);
    usleep(50'000);  // to sleep
    if (!ForbidSystemCalls()) _exit(2);
    for (int i = 0; i < 100; ++i) {
      if (!sender.Send(kMarker, "0123456789").ok()) _exit(3);
    }
    _exit(0);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

TEST(SendPath, MakesNoSystemCallWhileNobodySleeps) {
  const int status = Send(/*reader_is_busy=*/true);
  EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(SendPath, WakesTheReaderThatSleeps) {
  const int status = Send(/*reader_is_busy=*/false);
  EXPECT_TRUE(WIFSIGNALED(status)) << "exit " << WEXITSTATUS(status);
  EXPECT_EQ(WTERMSIG(status), SIGSYS);
}

}  // namespace
}  // namespace fence
