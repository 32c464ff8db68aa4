// A copy of an execution at a scheduling point, from which it can go on more than once.
//
// What an execution may have changed is known (world.h, pages.h), so a copy of it is a list of
// pieces of memory: the pages that were ever written, the stacks and thread-locals of the slots in
// use, the heap and the shared memory that were handed out. A strategy that tries many ways to go
// on asks for one (kTakeSnapshot) instead of running what they have in common again.
//
// Internal to sim/engine.
#ifndef WEIR_SIM_ENGINE_SNAPSHOT_H_
#define WEIR_SIM_ENGINE_SNAPSHOT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "sim/engine/engine.h"

namespace weir::sim {

class Snapshot {
 public:
  // Of the execution in progress, whose threads all stand still. Null if it has something that
  // can not be copied (races are looked for; protected shared memory).
  static std::unique_ptr<Snapshot> Take();

  // Puts all of it back, whatever has run since. The target must be the same.
  void Restore() const;

 private:
  struct Piece {
    uintptr_t begin;
    size_t size;
  };
  // Much of it is zero, in the copy as in the execution that it is put back over. To see that costs
  // less than to write it again.
  struct Run {
    uintptr_t begin;
    size_t size;
    bool zero;
  };

  Snapshot() = default;
  void Add(uintptr_t begin, size_t size);
  void Copy();
  void AddRun(uintptr_t begin, size_t size, bool zero);
  void ForgetLater() const;
  void RestoreLog() const;

  std::vector<Piece> pieces_;
  std::vector<Run> runs_;          // what the pieces consist of
  size_t size_ = 0;                // of all runs that are not zero
  std::unique_ptr<char[]> bytes_;  // of these, one after the other
  size_t dirty_pages_ = 0;
  uint32_t slots_used_ = 0;
  uint64_t heap_pages_ = 0;
  std::vector<uintptr_t> dirty_low_;  // by slot
  std::vector<Deviation> log_;        // the decision log so far, if one is kept
  bool log_overflowed_ = false;
};

// By sim/posix: calls `add` for what it has handed out outside of tracked pages; false if that can
// not be copied.
extern bool (*g_copy_hook)(void (*add)(void* context, uintptr_t begin, size_t size), void* context);

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_SNAPSHOT_H_
