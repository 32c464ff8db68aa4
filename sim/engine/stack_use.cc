#include "sim/engine/stack_use.h"

#include <cstdint>
#include <cstring>

#include "sim/engine/fiber.h"
#include "sim/engine/scheduler.h"
#include "sim/engine/world.h"

namespace weir::sim {
namespace {

// The lowest frame of the target on a slot's stack when its thread was last at a point.
struct StackUse {
  uint32_t uid;  // + 1, of the thread; 0: none yet
  uintptr_t lowest;
};
StackUse g_stack_uses[kMaxThreads];

}  // namespace

void ForgetStackUses() { std::memset(g_stack_uses, 0, sizeof g_stack_uses); }

void CheckStackUse(Op op, const void* object, const void* frame) {
  const auto lowest = reinterpret_cast<uintptr_t>(frame);
  const World& w = world();
  const Slot& mine = g_slots[w.current];
  const bool on_its_stack = lowest >= mine.stack_low && lowest < mine.stack_top;
  g_stack_uses[w.current] = {w.running->uid + 1, on_its_stack ? lowest : mine.stack_low};
  const auto address = reinterpret_cast<uintptr_t>(object);
  const ThreadSlot owner = SlotAt(address);
  if (owner == kNoThread || owner == w.current) return;
  if (AccessOf(op) == Access::kNothing) return;
  const Thread& thread = w.threads[owner];
  const StackUse& use = g_stack_uses[owner];
  if (use.uid != thread.uid + 1 || address < g_slots[owner].stack_low || address >= use.lowest ||
      (thread.state != ThreadState::kRunnable && thread.state != ThreadState::kBlocked)) {
    return;
  }
  FailExecution(VerdictKind::kCrash, "use_after_return",
                "%s of an object on the stack of %s whose function has returned", OpName(op).data(),
                thread.path);
}

}  // namespace weir::sim
