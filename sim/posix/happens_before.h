#ifndef WEIR_SIM_POSIX_HAPPENS_BEFORE_H_
#define WEIR_SIM_POSIX_HAPPENS_BEFORE_H_

// Which calls of a target that tells of its memory accesses, and of the libraries that it uses, are
// bound to what function here. Each makes the plain call, which is a scheduling point and then one
// step, and then tells the race detector what it has ordered: nobody has run in between.

#include <span>

#include "sim/engine/scheduler.h"

namespace weir::sim {

struct Binding {
  const char* name;
  void* function;
};
#define WEIR_BIND(name, function) {#name, reinterpret_cast<void*>(&function)},

// The atomic operations and fences of C++.
std::span<const Binding> AtomicBindings();

// The call is one that the target makes, or what runs in its place; not the engine's own.
inline bool CalledByTarget() { return g_mode == Mode::kTarget; }

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_HAPPENS_BEFORE_H_
