#include "sim/engine/check.h"

#if defined(WEIR_DEBUG) && WEIR_DEBUG

#include <cstdio>
#include <cstdlib>

#include "sim/engine/engine.h"
#include "sim/engine/object.h"
#include "sim/engine/world.h"

namespace weir::sim {
namespace {

// A queue in shared memory has an address in each process.
bool IsSame(const WaitQueue* one, const WaitQueue* other) {
  if (one == other) return true;
  const ObjectKey key = ObjectAt(one);
  return key.space == ObjectKey::Space::kShared && key == ObjectAt(other);
}

// The queue is linked both ways and contains the slot exactly once.
void CheckQueue(const WaitQueue& queue, ThreadSlot slot) {
  const World& w = world();
  int seen = 0, length = 0;
  uint16_t previous = 0;
  for (uint16_t at = queue.head; at != 0; at = w.threads[at - 1].next) {
    WEIR_ASSERT(w.threads[at - 1].previous == previous);
    WEIR_ASSERT(w.threads[at - 1].state == ThreadState::kBlocked);
    WEIR_ASSERT(IsSame(w.threads[at - 1].queue, &queue));
    WEIR_ASSERT(++length <= kMaxThreads);
    seen += at - 1 == slot;
    previous = at;
  }
  WEIR_ASSERT(queue.tail == previous);
  WEIR_ASSERT(queue.count == length);
  WEIR_ASSERT(seen == 1);
}

}  // namespace

void InvariantBroken(const char* file, int line, const char* condition) {
  g_mode = Mode::kHost;
  std::fprintf(stderr, "%s:%d: engine invariant broken: expected %s\n", file, line, condition);
  std::abort();
}

void CheckInvariants() {
  const World& w = world();
  int runnable = 0, timers = 0;
  for (uint32_t i = 0; i < w.slots_used; ++i) {
    const auto slot = static_cast<ThreadSlot>(i);
    const Thread& thread = w.threads[slot];
    const bool can_run = thread.state == ThreadState::kRunnable;
    runnable += can_run;
    timers += thread.timer != 0;
    WEIR_ASSERT(w.runnable.Contains(slot) == can_run);
    WEIR_ASSERT(thread.state == ThreadState::kBlocked || thread.timer == 0);
    WEIR_ASSERT(thread.state == ThreadState::kBlocked || thread.queue == nullptr ||
                thread.state == ThreadState::kFree);
    WEIR_ASSERT(thread.state != ThreadState::kFree || !w.runnable.Contains(slot));
    if (thread.timer != 0) WEIR_ASSERT(w.timers.at(thread.timer).slot == slot);
    if (thread.state == ThreadState::kBlocked && thread.queue != nullptr) {
      CheckQueue(*thread.queue, slot);
    }
  }
  WEIR_ASSERT(runnable == w.runnable.count());
  WEIR_ASSERT(timers == w.timers.count());
}

}  // namespace weir::sim

#endif
