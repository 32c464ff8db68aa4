// What a virtual thread is about to do when it reaches a scheduling point.
#ifndef WEIR_SIM_ENGINE_OPERATION_H_
#define WEIR_SIM_ENGINE_OPERATION_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::sim {

// The kinds of operation, with the name under which a schedule file knows each. Append only: the
// numbers go into fingerprints.
#define WEIR_OPERATIONS(X)                \
  X(kNone, "none")                        \
  X(kThreadStart, "thread_start")         \
  X(kThreadExit, "thread_exit")           \
  X(kThreadCreate, "thread_create")       \
  X(kThreadJoin, "thread_join")           \
  X(kThreadDetach, "thread_detach")       \
  X(kYield, "yield")                      \
  X(kSleep, "sleep")                      \
  X(kSpend, "spend")                      \
  X(kClockRead, "clock_read")             \
  X(kAtomicLoad, "atomic_load")           \
  X(kAtomicStore, "atomic_store")         \
  X(kAtomicExchange, "atomic_exchange")   \
  X(kAtomicUpdate, "atomic_update")       \
  X(kAtomicCompare, "atomic_compare")     \
  X(kFence, "fence")                      \
  X(kMutexLock, "mutex_lock")             \
  X(kMutexTryLock, "mutex_trylock")       \
  X(kMutexUnlock, "mutex_unlock")         \
  X(kMutexDestroy, "mutex_destroy")       \
  X(kCondWait, "cond_wait")               \
  X(kCondSignal, "cond_signal")           \
  X(kCondBroadcast, "cond_broadcast")     \
  X(kOnce, "once")                        \
  X(kSemWait, "sem_wait")                 \
  X(kSemTryWait, "sem_trywait")           \
  X(kSemPost, "sem_post")                 \
  X(kFutexWait, "futex_wait")             \
  X(kFutexWake, "futex_wake")             \
  X(kShmOpen, "shm_open")                 \
  X(kShmUnlink, "shm_unlink")             \
  X(kMap, "mmap")                         \
  X(kUnmap, "munmap")                     \
  X(kTruncate, "ftruncate")               \
  X(kClose, "close")                      \
  X(kProcessSpawn, "process_spawn")       \
  X(kProcessJoin, "process_join")         \
  X(kProcessKill, "process_kill")         \
  X(kProcessRestart, "process_restart")   \
  X(kProcessExit, "process_exit")         \
  X(kChoose, "choose")                    \
  X(kRound, "round")                      \
  X(kSemGetValue, "sem_getvalue")         \
  X(kFileStatus, "fstat")                 \
  X(kReadLock, "rwlock_rdlock")           \
  X(kTryReadLock, "rwlock_tryrdlock")     \
  X(kWriteLock, "rwlock_wrlock")          \
  X(kTryWriteLock, "rwlock_trywrlock")    \
  X(kRwlockUnlock, "rwlock_unlock")       \
  X(kRwlockDestroy, "rwlock_destroy")     \
  X(kBarrierWait, "barrier_wait")         \
  X(kBarrierDestroy, "barrier_destroy")   \
  X(kMutexConsistent, "mutex_consistent") \
  X(kMemoryRead, "memory_read")           \
  X(kMemoryWrite, "memory_write")

enum class Op : uint8_t {
#define X(id, name) id,
  WEIR_OPERATIONS(X)
#undef X
};

std::string_view OpName(Op op);
std::optional<Op> OpFromName(std::string_view name);

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_OPERATION_H_
