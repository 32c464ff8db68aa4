// Runs what executes targets in a child process, and watches over it.
//
// A target may crash in a way that takes its process along, or loop without ever reaching a
// scheduling point. So the process that the user started never creates a World itself: it forks a
// child that does, shares a page with it, and ends what hangs.
#ifndef WEIR_SIM_CAMPAIGN_SUPERVISOR_H_
#define WEIR_SIM_CAMPAIGN_SUPERVISOR_H_

#include <sys/types.h>

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "sim/campaign/shared_page.h"

namespace weir::sim {

// CPU seconds without a scheduling point after which an execution hangs. CPU time, so that a
// machine that is busy with something else makes no verdicts.
inline constexpr double kDefaultHangSeconds = 10;

// How a child came to its end.
struct ChildEnd {
  int exit_status = 0;  // if `signal` is 0
  int signal = 0;       // that killed it; 0 if it exited
  bool hung = false;    // it did not answer the hang signal, and was killed for it
};

class Child {
 public:
  // Forks. In the child `body` runs with the shared page and the write end of a pipe, and what it
  // returns is the exit status; the child dies with its parent, and leaves SIGINT and SIGTERM to
  // it. ResourceExhausted when there is no memory or process.
  static absl::StatusOr<Child> Start(const std::function<int(SharedPage& page, int pipe)>& body);

  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  // Kills it if it is still there.
  ~Child();

  SharedPage& page() { return *page_; }
  int pipe() const { return pipe_; }  // the read end, non-blocking

  // To be called every now and then. An execution that has used `hang_seconds` of CPU time without
  // a point gets the hang signal, which ends it with the verdict hang; if that does not help
  // either, the child is killed.
  void Watch(double hang_seconds);

  // CPU time of the child since Watch() last saw it reach a scheduling point or be outside of an
  // execution.
  double CpuSecondsWithoutPoint() const;

  // True, and `end` set, once it has ended (and only once). Does not wait.
  bool Ended(ChildEnd* end);
  void Kill();

 private:
  Child(pid_t pid, int pipe, SharedPage* page) : pid_(pid), pipe_(pipe), page_(page) {}

  pid_t pid_ = -1;
  int pipe_ = -1;
  SharedPage* page_ = nullptr;
  uint64_t points_seen_ = 0;  // progress at the last change
  double cpu_at_change_ = 0;  // CPU seconds of the child then
  int signals_sent_ = 0;      // since then
  bool hung_ = false;
};

// Runs `body` in one child, watched, and returns the exit status: that of the child, or what `died`
// makes of its death by a signal or in an execution.
int Supervise(const std::function<int(SharedPage& page)>& body, double hang_seconds,
              const std::function<int(const SharedPage& page, const ChildEnd& end)>& died);

// CPU seconds that a process has used; 0 if it is gone.
double CpuSeconds(pid_t pid);

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_SUPERVISOR_H_
