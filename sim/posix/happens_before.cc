// What orders accesses by the promises of the threads library (POSIX.1-2017, XBD 4.12, Memory
// Synchronization), of libstdc++'s guards and counts, and of the processes of a scenario.
//
// A wait on a condition variable releases its mutex before the call, as that holds it until the
// step.
#include "sim/posix/happens_before.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#include <span>
#include <string_view>

#include "sim/engine/heap.h"
#include "sim/engine/scheduler.h"
#include "sim/posix/library_calls.h"
#include "sim/posix/mutex.h"
#include "sim/posix/race.h"
#include "sim/weir.h"

namespace weir::sim {
namespace {

// --- locks
// ---------------------------------------------------------------------------------------------------

void Acquired(const void* object) {
  if (CalledByTarget()) g_races->Acquire(RaceSelf(), RacePlaceOf(object));
}
void Released(const void* object) {
  if (CalledByTarget()) g_races->ReleaseStore(RaceSelf(), RacePlaceOf(object), 1);
}

// A robust mutex is taken, too, when it says that its last owner is dead. What that one did, up to
// its end, is then known; the mark says who it was.
int Locked(pthread_mutex_t* mutex, int error) {
  if ((error != 0 && error != EOWNERDEAD) || !CalledByTarget()) return error;
  const RaceThread self = RaceSelf();
  const uint64_t place = RacePlaceOf(mutex);
  g_races->Acquire(self, place);
  if ((MutexOf(mutex).kind & kRobustFlag) == 0) [[likely]]
    return error;
  const uint16_t owner = g_races->Mark(place);
  if (error == EOWNERDEAD && owner != 0) g_races->Join(self, static_cast<RaceThread>(owner - 1));
  g_races->SetMark(place, static_cast<uint16_t>(self + 1));
  return error;
}

int MutexLock(pthread_mutex_t* mutex) { return Locked(mutex, pthread_mutex_lock(mutex)); }
int MutexTryLock(pthread_mutex_t* mutex) { return Locked(mutex, pthread_mutex_trylock(mutex)); }
int MutexTimedLock(pthread_mutex_t* mutex, const timespec* deadline) {
  return Locked(mutex, pthread_mutex_timedlock(mutex, deadline));
}
int MutexClockLock(pthread_mutex_t* mutex, clockid_t clock, const timespec* deadline) {
  return Locked(mutex, pthread_mutex_clocklock(mutex, clock, deadline));
}
int MutexUnlock(pthread_mutex_t* mutex) {
  const int error = pthread_mutex_unlock(mutex);
  if (error == 0) Released(mutex);
  return error;
}

int Waited(pthread_mutex_t* mutex, int error) {
  if (error == 0 || error == EOWNERDEAD) return Locked(mutex, error);
  if (error == ETIMEDOUT) Locked(mutex, 0);
  return error;
}
int CondWait(pthread_cond_t* cond, pthread_mutex_t* mutex) {
  Released(mutex);
  return Waited(mutex, pthread_cond_wait(cond, mutex));
}
int CondTimedWait(pthread_cond_t* cond, pthread_mutex_t* mutex, const timespec* deadline) {
  Released(mutex);
  return Waited(mutex, pthread_cond_timedwait(cond, mutex, deadline));
}
int CondClockWait(pthread_cond_t* cond, pthread_mutex_t* mutex, clockid_t clock,
                  const timespec* deadline) {
  Released(mutex);
  return Waited(mutex, pthread_cond_clockwait(cond, mutex, clock, deadline));
}

// Readers do not order one another: what they release, at the byte after the first, only writers
// acquire. The mark there says who holds the lock for writing.
const void* ReadersOf(const pthread_rwlock_t* lock) {
  return reinterpret_cast<const char*>(lock) + 1;
}
int ReadLocked(pthread_rwlock_t* lock, int error) {
  if (error == 0) Acquired(lock);
  return error;
}
int WriteLocked(pthread_rwlock_t* lock, int error) {
  if (error != 0 || !CalledByTarget()) return error;
  Acquired(lock);
  Acquired(ReadersOf(lock));
  g_races->SetMark(RacePlaceOf(lock), static_cast<uint16_t>(RaceSelf() + 1));
  return error;
}
int ReadLock(pthread_rwlock_t* lock) { return ReadLocked(lock, pthread_rwlock_rdlock(lock)); }
int TryReadLock(pthread_rwlock_t* lock) { return ReadLocked(lock, pthread_rwlock_tryrdlock(lock)); }
int TimedReadLock(pthread_rwlock_t* lock, const timespec* deadline) {
  return ReadLocked(lock, pthread_rwlock_timedrdlock(lock, deadline));
}
int ClockReadLock(pthread_rwlock_t* lock, clockid_t clock, const timespec* deadline) {
  return ReadLocked(lock, pthread_rwlock_clockrdlock(lock, clock, deadline));
}
int WriteLock(pthread_rwlock_t* lock) { return WriteLocked(lock, pthread_rwlock_wrlock(lock)); }
int TryWriteLock(pthread_rwlock_t* lock) {
  return WriteLocked(lock, pthread_rwlock_trywrlock(lock));
}
int TimedWriteLock(pthread_rwlock_t* lock, const timespec* deadline) {
  return WriteLocked(lock, pthread_rwlock_timedwrlock(lock, deadline));
}
int ClockWriteLock(pthread_rwlock_t* lock, clockid_t clock, const timespec* deadline) {
  return WriteLocked(lock, pthread_rwlock_clockwrlock(lock, clock, deadline));
}
int RwlockUnlock(pthread_rwlock_t* lock) {
  const int error = pthread_rwlock_unlock(lock);
  if (error != 0 || !CalledByTarget()) return error;
  const RaceThread self = RaceSelf();
  const uint64_t place = RacePlaceOf(lock);
  if (g_races->Mark(place) == self + 1) {
    g_races->SetMark(place, 0);
    g_races->ReleaseStore(self, place, 1);
  } else {
    g_races->ReleaseMore(self, RacePlaceOf(ReadersOf(lock)));
  }
  return 0;
}

// --- semaphores, barriers, once
// ----------------------------------------------------------------------------------

int Downed(sem_t* semaphore, int result) {
  if (result == 0) Acquired(semaphore);
  return result;
}
int SemWait(sem_t* semaphore) { return Downed(semaphore, sem_wait(semaphore)); }
int SemTryWait(sem_t* semaphore) { return Downed(semaphore, sem_trywait(semaphore)); }
int SemTimedWait(sem_t* semaphore, const timespec* deadline) {
  return Downed(semaphore, sem_timedwait(semaphore, deadline));
}
int SemClockWait(sem_t* semaphore, clockid_t clock, const timespec* deadline) {
  return Downed(semaphore, sem_clockwait(semaphore, clock, deadline));
}
int SemPost(sem_t* semaphore) {
  const int result = sem_post(semaphore);
  if (result == 0 && CalledByTarget()) g_races->ReleaseMore(RaceSelf(), RacePlaceOf(semaphore));
  return result;
}

// Those who arrive release at the first byte. Who comes last moves it to the second, where all
// acquire: some may have arrived for the next round by then, and are not meant.
int BarrierWait(pthread_barrier_t* barrier) {
  if (!CalledByTarget()) return pthread_barrier_wait(barrier);
  const uint64_t arriving = RacePlaceOf(barrier);
  g_races->ReleaseMore(RaceSelf(), arriving);
  const int result = pthread_barrier_wait(barrier);
  if (result == PTHREAD_BARRIER_SERIAL_THREAD) g_races->MoveRelease(arriving + 1, arriving);
  g_races->Acquire(RaceSelf(), arriving + 1);
  return result;
}

// The routine that a thread is about to run. Read at once by RunOnce, so that one that is left by
// an exception leaves nothing behind.
struct OnceCall {
  pthread_once_t* control;
  void (*routine)();
};
OnceCall g_once[kMaxThreads];

void RunOnce() {
  const OnceCall call = g_once[world().current];
  Acquired(call.control);  // what an attempt did that was left by an exception
  call.routine();
  Released(call.control);
}

int Once(pthread_once_t* control, void (*routine)()) {
  if (!CalledByTarget()) return pthread_once(control, routine);
  g_once[world().current] = {control, routine};
  const int error = pthread_once(control, RunOnce);
  Acquired(control);
  return error;
}

// --- guards of function-local statics: libstdc++'s own, which are not instrumented
// -----------------------------------

int (*g_guard_acquire)(uint64_t*) = nullptr;
void (*g_guard_release)(uint64_t*) = nullptr;
void (*g_guard_abort)(uint64_t*) = nullptr;

int GuardAcquired(uint64_t* guard) {
  const int first = g_guard_acquire(guard);
  Acquired(guard);
  return first;
}
void GuardReleased(uint64_t* guard) {
  Released(guard);
  g_guard_release(guard);
}
void GuardAborted(uint64_t* guard) {
  Released(guard);
  g_guard_abort(guard);
}

// The count of an exception_ptr, in libstdc++ as well: who frees the exception has seen what the
// others did with it.
void (*g_exception_add)(uint64_t*) = nullptr;
void (*g_exception_release)(uint64_t*) = nullptr;

void Counted(uint64_t* pointer) {
  if (!CalledByTarget() || *pointer == 0) return;
  const RaceThread self = RaceSelf();
  const uint64_t place = RacePlaceOf(reinterpret_cast<const void*>(*pointer));
  g_races->Acquire(self, place);
  g_races->ReleaseMore(self, place);
}
void ExceptionAdded(uint64_t* pointer) {
  Counted(pointer);
  g_exception_add(pointer);
}
void ExceptionReleased(uint64_t* pointer) {
  Counted(pointer);
  g_exception_release(pointer);
}

// --- threads and processes
// ---------------------------------------------------------------------------------------

int Create(pthread_t* handle, const pthread_attr_t* attributes, void* (*start)(void*),
           void* argument) {
  const int error = pthread_create(handle, attributes, start, argument);
  // It has not run yet: SpawnThread().
  if (error == 0 && CalledByTarget()) {
    const ThreadSlot slot = SlotAt(static_cast<uintptr_t>(*handle));
    RaceStartsThread(slot, RaceSelf());
    NoteStart(RaceThreadIn(slot), reinterpret_cast<uintptr_t>(start));
  }
  return error;
}

int Joined(pthread_t handle, int error) {
  const ThreadSlot slot = SlotAt(static_cast<uintptr_t>(handle));
  if (error == 0 && CalledByTarget()) g_races->Join(RaceSelf(), RaceThreadIn(slot));
  return error;
}
int ThreadJoin(pthread_t handle, void** result) {
  return Joined(handle, pthread_join(handle, result));
}
int ThreadTryJoin(pthread_t handle, void** result) {
  return Joined(handle, pthread_tryjoin_np(handle, result));
}
int ThreadTimedJoin(pthread_t handle, void** result, const timespec* deadline) {
  return Joined(handle, pthread_timedjoin_np(handle, result, deadline));
}
int ThreadClockJoin(pthread_t handle, void** result, clockid_t clock, const timespec* deadline) {
  return Joined(handle, pthread_clockjoin_np(handle, result, clock, deadline));
}
void ThreadExit(void* result) {
  if (CalledByTarget()) RaceThreadEnds();
  pthread_exit(result);
}

// Its lives know what whoever started the first one, or started it again, knew then.
void ProcessStarts(uint32_t process) {
  if (!CalledByTarget()) return;
  g_races->ReleaseStore(RaceSelf(), RacePlaceOfProcess(static_cast<uint16_t>(process)), 1);
}
void ProcessEnded(uint32_t process) {
  if (CalledByTarget()) RaceJoinProcess(RaceSelf(), static_cast<uint16_t>(process));
}
uint32_t ProcessSpawn(const char* name, void (*body)(void*), void* context, uint32_t flags) {
  const uint32_t process = weir_spawn(name, body, context, flags);
  ProcessStarts(process);
  return process;
}
void ProcessRestart(uint32_t process) {
  weir_restart(process);
  ProcessEnded(process);
  ProcessStarts(process);
}
void ProcessJoin(uint32_t process) {
  weir_join_process(process);
  ProcessEnded(process);
}
void ProcessKill(uint32_t process) {
  weir_kill(process);
  ProcessEnded(process);
}
int ProcessAlive(uint32_t process) {
  const int alive = weir_process_alive(process);
  if (alive == 0) ProcessEnded(process);
  return alive;
}

// --- the heap
// ------------------------------------------------------------------------------------------------

// Of a block that is given back, so much counts as written. Nobody touches all of a large one.
constexpr size_t kMostFreed = 1024;

void Freed(void* block, const RaceSites& sites) {
  if (!CalledByTarget() || !InHeap(block) || !HeapInUse(block)) return;
  const size_t bytes = HeapUsableSize(block);
  RaceFrees(RaceSelf(), block, bytes < kMostFreed ? bytes : kMostFreed, sites);
}

// free() and each operator delete of libstdc++, which comes down to it.
void Free(void* block) {
  Freed(block, WEIR_RACE_SITES());
  free(block);
}
void* Reallocate(void* block, size_t size) {
  Freed(block, WEIR_RACE_SITES());
  return realloc(block, size);
}

// Of the target and of the libraries that it uses.
const Binding kOrders[] = {
    // clang-format off
    WEIR_BIND(pthread_mutex_lock, MutexLock)
    WEIR_BIND(pthread_mutex_trylock, MutexTryLock)
    WEIR_BIND(pthread_mutex_timedlock, MutexTimedLock)
    WEIR_BIND(pthread_mutex_clocklock, MutexClockLock)
    WEIR_BIND(pthread_mutex_unlock, MutexUnlock)
    WEIR_BIND(pthread_cond_wait, CondWait)
    WEIR_BIND(pthread_cond_timedwait, CondTimedWait)
    WEIR_BIND(pthread_cond_clockwait, CondClockWait)
    WEIR_BIND(pthread_rwlock_rdlock, ReadLock)
    WEIR_BIND(pthread_rwlock_tryrdlock, TryReadLock)
    WEIR_BIND(pthread_rwlock_timedrdlock, TimedReadLock)
    WEIR_BIND(pthread_rwlock_clockrdlock, ClockReadLock)
    WEIR_BIND(pthread_rwlock_wrlock, WriteLock)
    WEIR_BIND(pthread_rwlock_trywrlock, TryWriteLock)
    WEIR_BIND(pthread_rwlock_timedwrlock, TimedWriteLock)
    WEIR_BIND(pthread_rwlock_clockwrlock, ClockWriteLock)
    WEIR_BIND(pthread_rwlock_unlock, RwlockUnlock)
    WEIR_BIND(sem_wait, SemWait)
    WEIR_BIND(sem_trywait, SemTryWait)
    WEIR_BIND(sem_timedwait, SemTimedWait)
    WEIR_BIND(sem_clockwait, SemClockWait)
    WEIR_BIND(sem_post, SemPost)
    WEIR_BIND(pthread_barrier_wait, BarrierWait)
    WEIR_BIND(pthread_once, Once)
    WEIR_BIND(pthread_create, Create)
    WEIR_BIND(pthread_join, ThreadJoin)
    WEIR_BIND(pthread_tryjoin_np, ThreadTryJoin)
    WEIR_BIND(pthread_timedjoin_np, ThreadTimedJoin)
    WEIR_BIND(pthread_clockjoin_np, ThreadClockJoin)
    WEIR_BIND(pthread_exit, ThreadExit)
    WEIR_BIND(weir_spawn, ProcessSpawn)
    WEIR_BIND(weir_restart, ProcessRestart)
    WEIR_BIND(weir_join_process, ProcessJoin)
    WEIR_BIND(weir_kill, ProcessKill)
    WEIR_BIND(weir_process_alive, ProcessAlive)
    // clang-format on
};

// Of the target alone: a library may free what it has counted references to, unseen.
const Binding kFrees[] = {
    // clang-format off
    WEIR_BIND(free, Free)
    WEIR_BIND(realloc, Reallocate)
    WEIR_BIND(_ZdlPv, Free)
    WEIR_BIND(_ZdlPvm, Free)
    WEIR_BIND(_ZdlPvSt11align_val_t, Free)
    WEIR_BIND(_ZdlPvmSt11align_val_t, Free)
    WEIR_BIND(_ZdaPv, Free)
    WEIR_BIND(_ZdaPvm, Free)
    WEIR_BIND(_ZdaPvSt11align_val_t, Free)
    WEIR_BIND(_ZdaPvmSt11align_val_t, Free)
    // clang-format on
};

void* FunctionFor(std::span<const Binding> bindings, std::string_view name) {
  for (const Binding& binding : bindings) {
    if (name == binding.name) return binding.function;
  }
  return nullptr;
}

// Those that the function here calls in turn.
struct Wrapped {
  const char* name;
  void* function;
  void** original;
};
template <typename Function>
Wrapped Wrap(const char* name, Function* function, Function** original) {
  return {name, reinterpret_cast<void*>(function), reinterpret_cast<void**>(original)};
}

}  // namespace

void RaceLeavesOnce(const void* control) {
  if (g_races != nullptr) Released(control);
}

void* HappensBeforeFor(const char* name, uintptr_t resolved, bool is_target) {
  if (g_races == nullptr) return nullptr;
  if (void* const function = FunctionFor(AtomicBindings(), name)) return function;
  if (void* const function = FunctionFor(kOrders, name)) return function;
  if (!is_target) return nullptr;
  if (void* const function = FunctionFor(kFrees, name)) return function;
  static const Wrapped kWrapped[] = {
      Wrap("__cxa_guard_acquire", &GuardAcquired, &g_guard_acquire),
      Wrap("__cxa_guard_release", &GuardReleased, &g_guard_release),
      Wrap("__cxa_guard_abort", &GuardAborted, &g_guard_abort),
      Wrap("_ZNSt15__exception_ptr13exception_ptr9_M_addrefEv", &ExceptionAdded, &g_exception_add),
      Wrap("_ZNSt15__exception_ptr13exception_ptr10_M_releaseEv", &ExceptionReleased,
           &g_exception_release),
  };
  for (const Wrapped& wrapped : kWrapped) {
    if (std::string_view(name) != wrapped.name) continue;
    *wrapped.original = reinterpret_cast<void*>(resolved);
    return wrapped.function;
  }
  return nullptr;
}

}  // namespace weir::sim
