// Signatures as weir wrote them before identity.h: schedule files have them, and are still read.
#ifndef WEIR_SIM_VERDICT_OLD_SIGNATURE_H_
#define WEIR_SIM_VERDICT_OLD_SIGNATURE_H_

#include <string>
#include <vector>

#include "sim/engine/engine.h"
#include "sim/engine/operation.h"
#include "sim/engine/verdict.h"
#include "sim/verdict/symbols.h"

namespace weir::sim {

// Where a thread stood when the execution ended.
struct Standing {
  bool runnable = false;
  bool failed = false;  // the thread of the verdict
  bool timed = false;   // its wait ends by itself
  Op op = Op::kNone;
  std::string function;  // of the first frame in the user's code; empty when unknown
  std::string
      callers;  // "< Doorbell::Wait < Reader::Step": what called it, a few steps; may be empty
  std::string place;  // "drain.cc:41"; empty when unknown
};

// Of a thread with this trimmed stack; of an access of a race: then `thread` is null.
Standing StandingOf(const ThreadReport* thread, const std::vector<Frame>& stack);

// What tells this failure from others, in sorted order, each once:
//
// - deadlock: "op@function place callers" of every blocked thread; the callers, since many threads
//   wait in one function
// - no_progress: the same of those whose wait does not end by itself, if there are any
// - livelock: the same of the blocked threads; the functions of the spinning ones when none is
//   blocked (where in its loop a spinning thread is caught differs from run to run)
// - data_race: "function place" of both accesses, whichever came first; `threads` are these two
// - every other kind: the oracle, or if there is none the function in which the thread failed
//
// Threads that stand alike count once, so the number of workers does not matter.
std::vector<std::string> OldSignatureParts(const Verdict& verdict,
                                           const std::vector<Standing>& threads);

// "assertion-missed_marker", "deadlock-6d0c0e2a41f7": the verdict's name and the oracle, or 48 bits
// of a hash over the parts. Letters, digits, '-', '_' and '.' only: it names a directory. "pass"
// for a pass.
std::string OldSignature(const Verdict& verdict, const std::vector<Standing>& threads);

}  // namespace weir::sim

#endif  // WEIR_SIM_VERDICT_OLD_SIGNATURE_H_
