// What a virtual thread is about to do when it reaches a scheduling point.
#ifndef WEIR_SIM_ENGINE_OPERATION_H_
#define WEIR_SIM_ENGINE_OPERATION_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::sim {

// Says what an operation does with the memory that its object is the address of.
enum class Access : uint8_t {
  kNothing,    // its object is no memory, or only the address counts (FUTEX_WAKE)
  kLoad,       // it reads a word
  kStore,      // it writes one
  kUpdate,     // it reads and writes one, if a comparison in it does not fail
  kPrimitive,  // it uses a lock, a condition, a semaphore or the like, whose state lies there
};

// The kinds of operation, with the name under which a schedule file knows each, and their Access.
// Append only: the numbers go into fingerprints.
#define WEIR_OPERATIONS(X)                            \
  X(kNone, "none", kNothing)                          \
  X(kThreadStart, "thread_start", kNothing)           \
  X(kThreadExit, "thread_exit", kNothing)             \
  X(kThreadCreate, "thread_create", kNothing)         \
  X(kThreadJoin, "thread_join", kNothing)             \
  X(kThreadDetach, "thread_detach", kNothing)         \
  X(kYield, "yield", kNothing)                        \
  X(kSleep, "sleep", kNothing)                        \
  X(kSpend, "spend", kNothing)                        \
  X(kClockRead, "clock_read", kNothing)               \
  X(kAtomicLoad, "atomic_load", kLoad)                \
  X(kAtomicStore, "atomic_store", kStore)             \
  X(kAtomicExchange, "atomic_exchange", kUpdate)      \
  X(kAtomicUpdate, "atomic_update", kUpdate)          \
  X(kAtomicCompare, "atomic_compare", kUpdate)        \
  X(kFence, "fence", kNothing)                        \
  X(kMutexLock, "mutex_lock", kPrimitive)             \
  X(kMutexTryLock, "mutex_trylock", kPrimitive)       \
  X(kMutexUnlock, "mutex_unlock", kPrimitive)         \
  X(kMutexDestroy, "mutex_destroy", kPrimitive)       \
  X(kCondWait, "cond_wait", kPrimitive)               \
  X(kCondSignal, "cond_signal", kPrimitive)           \
  X(kCondBroadcast, "cond_broadcast", kPrimitive)     \
  X(kOnce, "once", kPrimitive)                        \
  X(kSemWait, "sem_wait", kPrimitive)                 \
  X(kSemTryWait, "sem_trywait", kPrimitive)           \
  X(kSemPost, "sem_post", kPrimitive)                 \
  X(kFutexWait, "futex_wait", kLoad)                  \
  X(kFutexWake, "futex_wake", kNothing)               \
  X(kShmOpen, "shm_open", kNothing)                   \
  X(kShmUnlink, "shm_unlink", kNothing)               \
  X(kMap, "mmap", kNothing)                           \
  X(kUnmap, "munmap", kNothing)                       \
  X(kTruncate, "ftruncate", kNothing)                 \
  X(kClose, "close", kNothing)                        \
  X(kProcessSpawn, "process_spawn", kNothing)         \
  X(kProcessJoin, "process_join", kNothing)           \
  X(kProcessKill, "process_kill", kNothing)           \
  X(kProcessRestart, "process_restart", kNothing)     \
  X(kProcessExit, "process_exit", kNothing)           \
  X(kChoose, "choose", kNothing)                      \
  X(kRound, "round", kNothing)                        \
  X(kSemGetValue, "sem_getvalue", kPrimitive)         \
  X(kFileStatus, "fstat", kNothing)                   \
  X(kReadLock, "rwlock_rdlock", kPrimitive)           \
  X(kTryReadLock, "rwlock_tryrdlock", kPrimitive)     \
  X(kWriteLock, "rwlock_wrlock", kPrimitive)          \
  X(kTryWriteLock, "rwlock_trywrlock", kPrimitive)    \
  X(kRwlockUnlock, "rwlock_unlock", kPrimitive)       \
  X(kRwlockDestroy, "rwlock_destroy", kPrimitive)     \
  X(kBarrierWait, "barrier_wait", kPrimitive)         \
  X(kBarrierDestroy, "barrier_destroy", kPrimitive)   \
  X(kMutexConsistent, "mutex_consistent", kPrimitive) \
  X(kMemoryRead, "memory_read", kLoad)                \
  X(kMemoryWrite, "memory_write", kStore)

enum class Op : uint8_t {
#define X(id, name, access) id,
  WEIR_OPERATIONS(X)
#undef X
};

std::string_view OpName(Op op);
std::optional<Op> OpFromName(std::string_view name);

Access AccessOf(Op op);
inline bool Loads(Op op) {
  return AccessOf(op) == Access::kLoad || AccessOf(op) == Access::kUpdate;
}
inline bool Stores(Op op) {
  return AccessOf(op) == Access::kStore || AccessOf(op) == Access::kUpdate;
}

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_OPERATION_H_
