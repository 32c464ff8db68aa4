// A failed execution as a person is told of it: one sentence, who waits for whom, every stack.
#ifndef WEIR_SIM_VERDICT_REPORT_H_
#define WEIR_SIM_VERDICT_REPORT_H_

#include <string>
#include <vector>

#include "sim/engine/engine.h"
#include "sim/verdict/symbols.h"
#include "sim/verdict/wait_for.h"

namespace weir::sim {

struct ThreadStack {
  std::string name;     // as the target calls it
  bool failed = false;  // never in a deadlock or livelock
  bool runnable = false;
  std::vector<Frame> frames;  // trimmed, innermost first
  std::string role = {};      // what it is if not where a thread stands now
};

// What the thread that failed did in the end.
struct LastRow {
  std::string deed;   // "assertion fails"; empty where nobody in particular failed
  std::string place;  // "place.cc:14"; may be empty
  std::string note;   // in a data race: "main/main freed it (buggy.cc:33)"
};

struct Report {
  Verdict verdict;
  std::string thread;         // name of the thread that failed; empty if nobody in particular
  std::string signature;      // see identity.h
  std::string old_signature;  // what an earlier weir would have written; see old_signature.h
  std::string headline;       // one sentence, no newline
  std::string note;           // what may excuse a data race, as a text of lines; mostly empty
  std::vector<Waiter> waiters;
  LastRow last;
  std::vector<ThreadStack>
      stacks;  // the failed thread first; in a data race then the earlier access
};

// What came of the execution that ran last. Precondition: it was run with capture_threads, and none
// has begun since. `symbols` may be null: then there are no places, and the signature names
// operations and oracles alone.
Report MakeReport(const RunResult& result, Symbols* symbols);

// The failure's bucket alone, without the rest of the report. Same precondition.
std::string SignatureOf(const RunResult& result, Symbols* symbols);

// The verdict in one sentence, in the user's own terms: an oracle's message as it is, else what
// went wrong and where. `waiters` may be empty. Never empty, no newline.
std::string Headline(const Verdict& verdict, const std::string& thread, const std::string& place,
                     const std::vector<Waiter>& waiters);

// The stacks as text, identical ones once with all their threads' names. At most `frames` per
// stack.
std::string StacksText(const std::vector<ThreadStack>& stacks, size_t frames = 32);

// Without the headline, for a terminal. In short: who waits for whom and all stacks where
// everything is stuck, else the stack of the thread that failed. In full: everything.
std::string ShortText(const Report& report, size_t frames = 8);
std::string FullText(const Report& report);

}  // namespace weir::sim

#endif  // WEIR_SIM_VERDICT_REPORT_H_
