// What came of an execution.
#ifndef WEIR_SIM_ENGINE_VERDICT_H_
#define WEIR_SIM_ENGINE_VERDICT_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "sim/engine/thread_set.h"

namespace weir::sim {

#define WEIR_VERDICTS(X)                                                      \
  X(kPass, "pass")                                                            \
  X(kAssertion, "assertion") /* abort, assert, weir::Expect, terminate */     \
  X(kUncaughtException, "uncaught_exception")                                 \
  X(kDeadlock, "deadlock") /* nothing can run and no timer is pending */      \
  X(kLivelock, "livelock") /* everybody only spins */                         \
  X(kCrash, "crash")       /* a signal: SIGSEGV, SIGBUS, SIGFPE, SIGILL */    \
  X(kStackOverflow, "stack_overflow")                                         \
  X(kHang, "hang") /* no scheduling point; ended on CPU time */               \
  X(kMutexMisuse, "mutex_misuse")                                             \
  X(kUnsupportedCall, "unsupported_call")                                     \
  X(kNondeterminism, "nondeterminism") /* two runs of one schedule differ */  \
  X(kDiverged, "diverged")             /* a recorded schedule does not fit */ \
  X(kNoProgress, "no_progress")        /* weir::MustEndWithin has passed */   \
  X(kDataRace, "data_race")            /* two accesses that nothing orders */ \
  X(kLimit, "limit")                   /* weir can't go on; nothing is said of the program */

enum class VerdictKind : uint8_t {
#define X(id, name) id,
  WEIR_VERDICTS(X)
#undef X
};

// NOLINTNEXTLINE(bugprone-macro-parentheses)
#define X(id, name) +1
inline constexpr int kVerdictKinds = 0 WEIR_VERDICTS(X);
#undef X

std::string_view VerdictName(VerdictKind kind);
std::optional<VerdictKind> VerdictFromName(std::string_view name);

// Fixed size, since it is written into memory shared with the parent by a process that may be
// dying.
struct Verdict {
  VerdictKind kind = VerdictKind::kPass;
  ThreadSlot thread = kNoThread;  // who failed; kNoThread if nobody in particular
  int32_t signal = 0;             // kCrash
  uint64_t address = 0;     // kCrash, kDataRace: what was touched; kUnsupportedCall: the caller
  char oracle[64] = {};     // kAssertion: which check; else what tells two failures apart
  char message[1024] = {};  // one sentence, cut if longer

  bool failed() const { return kind != VerdictKind::kPass; }
};

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_VERDICT_H_
