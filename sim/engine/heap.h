// The target's heap: deterministic addresses, every block with the name of who allocated it.
#ifndef WEIR_SIM_ENGINE_HEAP_H_
#define WEIR_SIM_ENGINE_HEAP_H_

#include <cstddef>
#include <cstdint>

#include "sim/engine/limits.h"

namespace weir::sim {

inline constexpr int kHeapClasses = 48;

// Before every block. 16 bytes, which is also the alignment of blocks.
struct HeapBlock {
  uint64_t size : 40;  // as asked for
  uint64_t mark : 23;  // of the rest and of its address: tells a header from the target's data
  uint64_t freed : 1;
  uint32_t uid;     // allocating thread
  uint32_t number;  // its how-manieth allocation
};

struct HeapState {
  uint64_t used_pages;                 // handed out from the start of the region
  HeapBlock* free_list[kHeapClasses];  // linked through the first word after the header
  char* bump[kHeapClasses];            // rest of the class' newest span
  char* bump_end[kHeapClasses];
  HeapBlock* large_free;  // blocks above the largest class, exact number of pages only
};

// For virtual threads and for the target's constructors. The calling thread names the block.
// Null when the region is exhausted. Memory that was never handed out is zero; other is as it was
// left.
void* HeapAllocate(size_t size);
// Told of each block that is handed out, if somebody asks: set by sim/posix.
extern void (*g_allocation_hook)(const void* block, size_t size);
// alignment: a power of two ≤ 64 KiB.
void* HeapAllocateAligned(size_t alignment, size_t size);
// False, and nothing has happened, if no block that is in use begins there. Precondition:
// InHeap(block).
bool HeapFree(void* block);
bool HeapInUse(const void* block);
// What is wrong with an address of the heap at which no block that is in use begins, in words that
// follow "of": "an address 16 bytes inside a block of 40 bytes". `oracle`: a name for that.
struct HeapMisuse {
  const char* oracle;
  char text[120];
};
HeapMisuse DescribeMisuse(const void* address);
// Precondition: HeapInUse(block).
size_t HeapUsableSize(const void* block);
bool InHeap(const void* address);

// The block that contains `address`, and its first byte; null when there is none.
const HeapBlock* HeapBlockOf(const void* address, const char** begin);

// Zeroes what was handed out since `used_pages_before` (a value of HeapState::used_pages).
void HeapForget(size_t used_pages_before, size_t used_pages);

// Calls `visit` for the memory of these pages, and for what is known of them.
void VisitHeap(size_t from_pages, size_t to_pages,
               void (*visit)(void* context, uintptr_t begin, size_t bytes), void* context);

// Bytes from the start of the region that have been handed out.
size_t HeapUsedBytes();

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_HEAP_H_
