// Stores that others see late: what a processor's store buffer does.
//
// A store of an atomic in shared memory whose order is weaker than seq_cst may stay unseen by other
// threads for a while (FaultKind::kDelayedStore). Its own thread sees it at once; the stores of one
// thread are seen in their order; a read-modify-write, a sequentially consistent store or fence,
// and every call that is no atomic load or store (a lock, a futex, a system call) shows them all
// before. That is the x86-TSO model: S. Owens, S. Sarkar, P. Sewell, A Better x86 Memory Model:
// x86-TSO, TPHOLs 2009. Whatever a program may see here, the C++ memory model allows, too.
//
// In shared memory alone: elsewhere what is freed or left may be used for something else before a
// late store arrives, without a point in between.
#ifndef WEIR_SIM_POSIX_STORE_BUFFER_H_
#define WEIR_SIM_POSIX_STORE_BUFFER_H_

#include <cstdint>

#include "sim/engine/point.h"
#include "sim/posix/shared_pool.h"

namespace weir::sim {

// The slow halves of the two below.
bool AskToDelay(void* object, uint64_t value, uint32_t size);
bool AppendStore(void* object, uint64_t value, uint32_t size, bool in_order);
uint64_t OwnStore(const void* object, uint64_t value, uint32_t size);

// The current thread, at the point of its store, is about to write. True: it is not to; the store
// is pending.
WEIR_HOT bool DelayStore(void* object, uint64_t value, uint32_t size, int order) {
  const bool delayable = order != __ATOMIC_SEQ_CST && InSharedMemory(object);
  if (world().pending_stores != 0) [[unlikely]] {
    if (AppendStore(object, value, size, delayable)) return true;
  }
  return delayable && AskToDelay(object, value, size);
}

// What the current thread finds at `object`, where the others see `value`.
WEIR_HOT uint64_t Seen(const void* object, uint64_t value, uint32_t size) {
  const bool none = g_mode != Mode::kTarget || world().pending_stores == 0;
  return none ? value : OwnStore(object, value, size);
}

// Shows those of the current thread. Has no effect in load mode.
void ShowOwnStores();

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_STORE_BUFFER_H_
