// The futex system call, for virtual threads.
#ifndef WEIR_SIM_POSIX_FUTEX_H_
#define WEIR_SIM_POSIX_FUTEX_H_

#include <time.h>

#include <cstdint>

namespace weir::sim {

// The arguments of futex(2), but for what only the requeueing operations take.
struct FutexCall {
  uint32_t* word;
  int operation;  // with flags
  uint32_t value;
  const timespec* timeout;
  uint32_t bits;  // of the BITSET operations
};

// What the kernel returns: a number ≥ 0, or −errno. Not in host mode.
long Futex(const FutexCall& call);

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_FUTEX_H_
