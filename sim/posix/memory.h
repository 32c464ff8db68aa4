// Where malloc gets its memory.
#ifndef WEIR_SIM_POSIX_MEMORY_H_
#define WEIR_SIM_POSIX_MEMORY_H_

#include <cstddef>
#include <cstdint>

namespace weir::sim {

// The heap has no room for `size` bytes: the verdict limit. Returns for sizes that no process gets
// natively either, of which the caller then says so.
void FailUnlessTooMuch(size_t size);

// Callers between these addresses (the dynamic loader and libc) get libc's memory in load mode:
// what they keep must survive the reset of the World. Up to four ranges.
void AddHostCaller(uintptr_t begin, uintptr_t end);

// While true, host allocations come from the World's TLS area: thread-local storage of loaded
// objects, which must lie at the same address in every process.
extern bool g_allocate_tls;

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_MEMORY_H_
