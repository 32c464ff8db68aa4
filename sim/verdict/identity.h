// The identity of a failure: what two executions have in common that fail for one reason, and what
// two mistakes of a program do not share.
//
//   kind                  what makes it up, beside the kind
//   assertion, crash,     the oracle, or the reason (signal, type of the exception); and where: the
//   uncaught_exception,   innermost frame in the user's code and its callers there (kFrames), each
//   mutex_misuse, …       as function and line. Callers count, since a check may be a helper.
//                         Where an oracle of the user's says which check it is, functions without
//                         lines
//   stack_overflow        the functions that recur on the stack
//   data_race             both places, in any order
//   deadlock, no_progress a cycle of threads that wait for one another: what each does where, in
//                         the thread's role, from whichever thread the cycle is read, like
//                         neighbours once. Without a cycle the main thread's role, and where
//                         threads wait although what they wait for has happened; if none does,
//                         where they wait for nobody in particular. Those that wait for another
//                         thread only look on
//   livelock              the functions in which threads loop, and their roles
//   hang                  the function that does not come back
//   limit                 which limit: it is weir's, and where a thread was then says nothing
//
// A line counts from where its function begins, and a role is the function that a thread began in:
// what changes elsewhere in a file, how many workers there are and in which order they came changes
// no identity.
#ifndef WEIR_SIM_VERDICT_IDENTITY_H_
#define WEIR_SIM_VERDICT_IDENTITY_H_

#include <string>
#include <string_view>
#include <vector>

#include "sim/engine/engine.h"
#include "sim/engine/operation.h"
#include "sim/engine/verdict.h"
#include "sim/verdict/symbols.h"

namespace weir::sim {

struct CodePlace {
  std::string function;  // without template arguments; see QualifiedFunction()
  std::string name;      // for people; see ShortFunction()
  int line = 0;          // from where the function begins; from the file's beginning if unknown
};

// How a thread stands when the execution has ended; or one of the two accesses of a data race, of
// which `code` alone is known.
struct Stance {
  bool runnable = false;
  bool failed = false;    // the thread of the verdict
  bool timed = false;     // its wait ends by itself
  bool happened = false;  // what it waits for has happened
  Op op = Op::kNone;
  std::vector<size_t> waits_for;  // indices of those who could end its wait, where that is known
  std::vector<CodePlace> code;    // the user's frames, innermost first
};

// Nobody failed, but nothing goes on: deadlock, livelock and no_progress.
bool IsStuckKind(VerdictKind kind);

// The user's frames of a stack; of a target without debug information those of the target.
std::vector<CodePlace> CodeOf(const std::vector<Frame>& stack);

// The innermost frames as text, at most so many: "G(int)+3 < F()+7".
std::string CodeText(const std::vector<CodePlace>& code, size_t frames);

// What tells this failure from others, in an order of its own. `stances` are those of all threads;
// of a data race the two accesses.
std::vector<std::string> IdentityParts(const Verdict& verdict, const std::vector<Stance>& stances);

// "crash-parse_header-5d0c0e2a41f7": the kind, then the oracle or the function's name, where there
// is one, then 48 bits of a hash over the parts. Letters, digits, '-', '_' and '.' only, at most
// 80: it names a directory. "pass" for a pass.
std::string Signature(const Verdict& verdict, const std::vector<Stance>& stances);

// True if `signature` is of a failure of this kind and oracle, whatever else it has; also one that
// an earlier weir wrote.
bool HasOracle(std::string_view signature, std::string_view kind, std::string_view oracle);

}  // namespace weir::sim

#endif  // WEIR_SIM_VERDICT_IDENTITY_H_
