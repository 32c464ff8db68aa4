// What belongs to the run in progress but not to the World: constant while the run goes on.
//
// Internal to sim/engine.
#ifndef WEIR_SIM_ENGINE_RUN_H_
#define WEIR_SIM_ENGINE_RUN_H_

#include "sim/engine/engine.h"
#include "sim/engine/world.h"

namespace weir::sim {

struct CurrentRun {
  Strategy* strategy = nullptr;
  uint64_t quiet_mask = 0;  // what a newcomer leaves of World::quiet_until: all bits or none
  Observer* observer = nullptr;
  bool may_snapshot = false;
  uint32_t snapshots = 0;
  bool sees_all = false;  // Strategy::sees_all()
  bool watched = false;   // there is an observer, or the threads are to be reported
  DecisionLog* log = nullptr;
  Progress* progress = nullptr;
  const WeirScenario* scenario = nullptr;
  const int64_t* values = nullptr;
  void* host_context = nullptr;
  uintptr_t host_fs = 0;
  // The boundary of the World that the base image ends at.
  uint64_t base_heap_pages = 0;
};
extern CurrentRun g_run;

// scheduler.h
extern void (*g_store_hook)(Op op);

// What SuspendForSnapshot() adds to the slot that it leaves for Run().
inline constexpr uintptr_t kSnapshotTag = uintptr_t{1} << 32;

// Leaves the virtual threads for Run(), for good. Precondition: the verdict is set.
[[noreturn]] void LeaveToHost();

// Fault handlers (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP) on a stack of their own.
absl::Status InstallFaultHandlers();

// The current thread can not go on (it waits, or is no more): hands over to another, or finds that
// there is none. Returns when the thread runs again.
void SwitchAway(Op op, const void* object);

// Creates the slots, takes the base image and protects it. Called by the loader, when the target's
// constructors have run; nothing of the World may be written by the host afterwards but by Run().
absl::Status SealWorld(void (*before_parking)(ThreadSlot slot));

// Whatever was stored is seen by all from now on.
void ShowStores();

// Draws the fault of a process that starts.
Choice DrawFault(uint16_t process);

// The drawn crash: kills the process and, if that was drawn too, starts it again.
void CrashProcess(uint16_t process);

// The first process; its main thread is then the current thread, ready to be jumped to.
void SpawnFirst(const char* name, void (*body)(void*));

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_RUN_H_
