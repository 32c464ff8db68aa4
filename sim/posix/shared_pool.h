// The memory behind shared memory objects: one pool, seen through many windows.
//
// The pool is a memory file of weir's own, mapped as a whole at each of kWindows fixed addresses. A
// mapping of an object is its part of one window, so it costs no system call, and two mappings of
// one object never have the same address: a raw pointer that one process leaves in shared memory
// means nothing in the next.
//
// What that does not show: memory beside an object belongs to other objects and does not fault, and
// neither do a mapping after munmap() and a write through a read-only one. Pages of a mapping
// beyond the end of its object do fault (as SIGSEGV where Linux says SIGBUS).
#ifndef WEIR_SIM_POSIX_SHARED_POOL_H_
#define WEIR_SIM_POSIX_SHARED_POOL_H_

#include <cstdint>

#include "sim/engine/limits.h"
#include "sim/engine/world.h"
#include "sim/posix/state.h"

namespace weir::sim {

inline constexpr uintptr_t kSharedAddress = kWorldAddress + kSharedOffset;
inline constexpr uint32_t kWindows = 64;          // for mappings
inline constexpr uint32_t kOwnWindow = kWindows;  // weir's own view, which never faults
inline constexpr uint64_t kWindowBytes = (kWindows + 1) * kSharedBytes;
static_assert(kSharedAddress + kWindowBytes <= kTargetAddress);

// True if the address lies in a window.
inline bool InSharedMemory(const void* address) {
  return reinterpret_cast<uintptr_t>(address) - kSharedAddress < kWindowBytes;
}
// Where in the pool. Precondition: InSharedMemory().
inline uint64_t SharedPlace(const void* address) {
  return (reinterpret_cast<uintptr_t>(address) - kSharedAddress) % kSharedBytes;
}

// For primitives that are not process-shared: `*user` (0 at first) remembers the first process that
// uses one in shared memory. False if this is another one.
bool ClaimForProcess(const void* primitive, uint16_t* user);

// The first byte of the object in a window. Creates the pool and the window on first use in this OS
// process.
char* SharedBytesOf(const SharedState::Object& object, uint32_t window);

// Makes room for `bytes` of the object without moving it from where it is mapped. False: the pool
// is exhausted. What is mapped and can not grow where it is ends the execution.
bool ReserveShared(SharedState::Object& object, uint64_t bytes);

// Lets the pages of the mapping fault that lie beyond the object's end, and no others. To be called
// when either has changed.
void ProtectBeyondEnd(const SharedState::Object& object, const SharedState::Mapping& mapping);

// Makes the pool what it was: zero, all of it accessible. Before the World is restored.
void ResetSharedMemory();
// See snapshot.h: all that was handed out. False while some of it faults.
bool CopySharedMemory(void (*add)(void* context, uintptr_t begin, size_t size), void* context);

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_SHARED_POOL_H_
