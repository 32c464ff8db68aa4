// Executions that end their process: by a signal that weir cannot catch, by a system call of their
// own, or because they had to be killed. Nobody in that process can say anything of them any more,
// so each repetition has a process of its own, and the parent looks at what it left in the page.
#ifndef WEIR_SIM_CAMPAIGN_DEATH_H_
#define WEIR_SIM_CAMPAIGN_DEATH_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/campaign/session.h"
#include "sim/campaign/supervisor.h"
#include "sim/schedule/recorder.h"
#include "sim/schedule/schedule.h"

namespace weir::sim {

// "was killed by signal 11 (Segmentation fault)", "did not answer and was killed", "exited with
// status 3".
std::string EndText(const ChildEnd& end);

// The verdict of an execution whose process came to this end: "crash-process-signal-9". Its thread
// is not known.
ExpectedVerdict DeathVerdict(const ChildEnd& end);
// What an earlier weir wrote as the signature of any death.
std::string OldDeathSignature(VerdictKind kind);
// Whether that is the verdict of a death; also as an earlier weir wrote it.
bool IsDeath(const ExpectedVerdict& verdict);

// What was left of a child.
struct Apart {
  std::optional<ChildEnd> death;   // in an execution; nullopt: it came to its end
  std::vector<std::string> lines;  // that it has sent
  // If it died: the last point of the execution and its fingerprint there, if it was watched.
  uint64_t points = 0;
  uint64_t fingerprint = 0;
  // ... and its decisions, unless there were too many. The strategy is not in the page.
  std::optional<LoggedRun> logged;
};

// In the child.
using ApartBody = std::function<void(Session& session, SharedPage& page, int pipe)>;

// Opens a session with the target in a child of its own, watched, and runs `body` there. The status
// says why there was no session, or that the child died outside of an execution.
absl::StatusOr<Apart> RunApart(const std::string& target, double hang_seconds,
                               const ApartBody& body);

// The decisions of an execution that has ended the process of that page; nullopt if there were too
// many.
std::optional<LoggedRun> LoggedIn(const SharedPage& page);

// Repeats an execution in a session, watched.
using Repetition = std::function<void(Session& session, Observer& observer)>;

// What is told of an execution that ends its process, at its last moments.
struct LastWords {
  // Called in the second repetition before it begins, with the number of points that there will be.
  // Says who watches; owned by whoever gave it.
  std::function<Observer&(Session& session, uint64_t points)> watch;
  // Called from the last point on, after each call of an observer; the last text is the result.
  // `running` is the thread that runs then, kNoThread before the first point.
  std::function<std::string(ThreadSlot running)> words;
};

struct Told {
  std::string text;
  Apart end;  // how the repetition died
};

// Repeats an execution that ends its process twice: first to learn after how many points it does,
// then with somebody who tells. Aborted if it does not die, or the second time in another way.
absl::StatusOr<Told> TellLastWords(const std::string& target, double hang_seconds,
                                   const Repetition& repeat, const LastWords& last);

// The schedule of an execution that ends its process: all that a recorder fills in, build and tool
// of today, verdict, points and fingerprint are those of the death (docs/formats.md); the rest is
// that of `blank`. FailedPrecondition if it has too many edits; else as TellLastWords.
absl::StatusOr<Schedule> RecordDeath(const std::string& target, double hang_seconds,
                                     const Schedule& blank, const Repetition& repeat);

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_DEATH_H_
