#include "sim/campaign/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <new>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace weir::sim {
namespace {

constexpr int kHangSignal = SIGUSR1;
// A second signal, and then the end, come after this much more CPU time each.
constexpr double kGraceSeconds = 2;
constexpr double kKnownHangSeconds = 1;
constexpr int kMostHangSignals = 2;
constexpr int kPollMilliseconds = 50;

void OnHangSignal(int, siginfo_t*, void* context) { InterruptExecution(context); }

void PrepareChild(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(3);  // the parent died before the line above
  struct sigaction action = {};
  action.sa_sigaction = OnHangSignal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(kHangSignal, &action, nullptr);
  signal(SIGINT, SIG_IGN);
  signal(SIGTERM, SIG_IGN);
}

// The page, and behind it the log of decisions.
constexpr size_t kLogOffset =
    (sizeof(SharedPage) + alignof(DecisionLog) - 1) & ~(alignof(DecisionLog) - 1);
constexpr size_t kPageAndLogBytes =
    kLogOffset + sizeof(DecisionLog) + kMostLogged * sizeof(Deviation);

SharedPage* MapPage() {
  void* memory =
      mmap(nullptr, kPageAndLogBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  auto* const page = new (memory) SharedPage();
  page->log = new (static_cast<char*>(memory) + kLogOffset) DecisionLog;
  page->log->capacity = kMostLogged;
  return page;
}

// After this, output of the child's last moments is not lost, and atexit handlers of the parent
// (flushing its streams twice) do not run.
[[noreturn]] void LeaveChild(int status) {
  std::fflush(stdout);
  std::fflush(stderr);
  _exit(status);
}

}  // namespace

absl::StatusOr<Child> Child::Start(const std::function<int(SharedPage& page, int pipe)>& body) {
  SharedPage* page = MapPage();
  int ends[2];
  if (page == nullptr || ::pipe2(ends, O_CLOEXEC) != 0) {
    return absl::ResourceExhaustedError(absl::StrCat("cannot start a process: ", strerror(errno)));
  }
  std::fflush(stdout);
  std::fflush(stderr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) {
    return absl::ResourceExhaustedError(absl::StrCat("cannot start a process: ", strerror(errno)));
  }
  if (pid == 0) {
    close(ends[0]);
    PrepareChild(parent);
    LeaveChild(body(*page, ends[1]));
  }
  close(ends[1]);
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return Child(pid, ends[0], page);
}

Child::Child(Child&& other) noexcept
    : pid_(other.pid_),
      pipe_(other.pipe_),
      page_(other.page_),
      points_seen_(other.points_seen_),
      cpu_at_change_(other.cpu_at_change_),
      signals_sent_(other.signals_sent_),
      hung_(other.hung_) {
  other.pid_ = -1;
  other.pipe_ = -1;
  other.page_ = nullptr;
}

Child::~Child() {
  if (pid_ > 0) {
    Kill();
    waitpid(pid_, nullptr, 0);
  }
  if (pipe_ >= 0) close(pipe_);
  if (page_ != nullptr) munmap(page_, kPageAndLogBytes);
}

void Child::Kill() {
  if (pid_ > 0) kill(pid_, SIGKILL);
}

void Child::Watch(double hang_seconds) {
  if (pid_ <= 0) return;
  const uint64_t points = page_->progress.points;
  const double cpu = CpuSeconds(pid_);
  if (points != points_seen_ || page_->executing.load() == 0) {
    points_seen_ = points;
    cpu_at_change_ = cpu;
    signals_sent_ = 0;
    return;
  }
  if (page_->expect_hang.load() != 0) hang_seconds = std::min(hang_seconds, kKnownHangSeconds);
  if (cpu - cpu_at_change_ < hang_seconds + kGraceSeconds * signals_sent_) return;
  if (signals_sent_++ < kMostHangSignals) {
    kill(pid_, kHangSignal);
  } else {
    hung_ = true;
    Kill();
  }
}

double Child::CpuSecondsWithoutPoint() const {
  return pid_ > 0 ? CpuSeconds(pid_) - cpu_at_change_ : 0;
}

bool Child::Ended(ChildEnd* end) {
  int status = 0;
  if (pid_ <= 0 || waitpid(pid_, &status, WNOHANG) != pid_) return false;
  pid_ = -1;
  *end = ChildEnd{};
  end->hung = hung_;
  if (WIFSIGNALED(status)) {
    end->signal = WTERMSIG(status);
  } else {
    end->exit_status = WEXITSTATUS(status);
  }
  return true;
}

double CpuSeconds(pid_t pid) {
  clockid_t clock;
  timespec time = {};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

int Supervise(const std::function<int(SharedPage& page)>& body, double hang_seconds,
              const std::function<int(const SharedPage& page, const ChildEnd& end)>& died) {
  // What ends the parent ends both: the child goes with its parent.
  absl::StatusOr<Child> child = Child::Start([&body](SharedPage& page, int) { return body(page); });
  if (!child.ok()) {
    std::fprintf(stderr, "weir: %s\n", std::string(child.status().message()).c_str());
    return 3;
  }
  ChildEnd end;
  while (!child->Ended(&end)) {
    // The pipe has no data here; it tells the child's end without a delay.
    pollfd waited = {child->pipe(), POLLIN, 0};
    poll(&waited, 1, kPollMilliseconds);
    if (waited.revents != 0) usleep(1000);
    child->Watch(hang_seconds);
  }
  const bool left = end.signal == 0 && child->page().executing.load() == 0;
  return left ? end.exit_status : died(child->page(), end);
}

}  // namespace weir::sim
