// Assertions about the engine's own state: on in debug builds, where they abort and say what was
// expected.
#ifndef WEIR_SIM_ENGINE_CHECK_H_
#define WEIR_SIM_ENGINE_CHECK_H_

#if defined(WEIR_DEBUG) && WEIR_DEBUG
namespace weir::sim {
[[noreturn]] void InvariantBroken(const char* file, int line, const char* condition);
// Run queue, wait queues and timers agree with the threads' states.
void CheckInvariants();
}  // namespace weir::sim
#define WEIR_ASSERT(condition) \
  ((condition) ? (void)0 : weir::sim::InvariantBroken(__FILE__, __LINE__, #condition))
#define WEIR_CHECK_INVARIANTS() weir::sim::CheckInvariants()
#else
#define WEIR_ASSERT(condition) ((void)0)
#define WEIR_CHECK_INVARIANTS() ((void)0)
#endif

#endif  // WEIR_SIM_ENGINE_CHECK_H_
