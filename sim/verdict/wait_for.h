// The wait-for graph of a stopped execution: who waits for whom, and who waits in a circle.
#ifndef WEIR_SIM_VERDICT_WAIT_FOR_H_
#define WEIR_SIM_VERDICT_WAIT_FOR_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/engine/operation.h"

namespace weir::sim {

// A thread as a node of the graph.
struct Waiter {
  std::string name;
  bool runnable = false;
  bool failed = false;                  // it has failed at `place`, whatever it came from
  Op op = Op::kNone;                    // what it waits in
  std::string object;                   // on what; may be empty
  std::string place;                    // "reader.cc:88", where in the source; may be empty
  std::optional<uint64_t> deadline_ns;  // when the wait ends by itself
  std::vector<size_t> waits_for;        // indices; those who could end it, where that is known
};

// The members of one cycle, in order, each waiting for the next and the last one for the first; the
// cycle that is met first from the lowest index. Empty when there is none. Edges from a thread that
// can run, or whose wait ends by itself, do not count.
std::vector<size_t> FindCycle(const std::vector<Waiter>& waiters);

// One line for each waiting thread, those of the cycle first, then the cycle by name:
//
//   worker-0/main waits in mutex_lock on first (transfer.cc:12) for worker-1/main
//   worker-1/main waits in mutex_lock on second (transfer.cc:12) for worker-0/main
//   cycle: worker-0/main → worker-1/main → worker-0/main
//
// Threads that can run come last, as "… can run", but for the one that failed, as "… failed".
// Beyond `most` lines, but not in the cycle, they are only counted: "… 14 more". Empty for no
// threads. If the execution is `stuck`, it is said of those who wait without a deadline, and for
// nobody in particular, that nobody is left to wake them.
std::string WaitForText(const std::vector<Waiter>& waiters, bool stuck = false,
                        size_t most = SIZE_MAX);

}  // namespace weir::sim

#endif  // WEIR_SIM_VERDICT_WAIT_FOR_H_
