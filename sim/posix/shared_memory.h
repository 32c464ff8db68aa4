// Shared memory objects and their descriptors.
#ifndef WEIR_SIM_POSIX_SHARED_MEMORY_H_
#define WEIR_SIM_POSIX_SHARED_MEMORY_H_

#include "sim/posix/shared_pool.h"
#include "sim/posix/state.h"

namespace weir::sim {

// An open descriptor of the current process; null if it has none of that number.
const SharedState::Descriptor* DescriptorOf(int fd);
// Precondition: of an open descriptor.
SharedState::Object& ObjectOf(const SharedState::Descriptor& descriptor);
// Whether a mapping exists still: nobody has unmapped it and its process lives.
bool IsAlive(const SharedState::Mapping& mapping);

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_SHARED_MEMORY_H_
