// The name of a failure's bucket: equal for executions that fail alike.
#ifndef WEIR_SIM_VERDICT_SIGNATURE_H_
#define WEIR_SIM_VERDICT_SIGNATURE_H_

#include <string>
#include <vector>

#include "sim/engine/operation.h"
#include "sim/engine/verdict.h"

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

// Nobody failed, but nothing goes on: deadlock, livelock and no_progress.
bool IsStuckKind(VerdictKind kind);

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
std::vector<std::string> SignatureParts(const Verdict& verdict,
                                        const std::vector<Standing>& threads);

// "assertion-missed_marker", "deadlock-6d0c0e2a41f7": the verdict's name and the oracle, or 48 bits
// of a hash over the parts. Letters, digits, '-', '_' and '.' only: it names a directory. "pass"
// for a pass.
std::string Signature(const Verdict& verdict, const std::vector<Standing>& threads);

}  // namespace weir::sim

#endif  // WEIR_SIM_VERDICT_SIGNATURE_H_
