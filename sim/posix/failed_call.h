// Calls of the system that fail although nothing is wrong with them: no memory, no descriptors, a
// signal.
#ifndef WEIR_SIM_POSIX_FAILED_CALL_H_
#define WEIR_SIM_POSIX_FAILED_CALL_H_

#include <initializer_list>

#include "sim/engine/point.h"
#include "sim/weir.h"

namespace weir::sim {

// At the point of the call: 0, or the error with which it is to fail, having done nothing. Only in
// a process that is said to bear it (weir::kCallsMayFail).
inline int FailedCall(Op op, const void* object, std::initializer_list<int> errors) {
  if ((world().processes[CurrentThread().process].flags & weir::kCallsMayFail) == 0) return 0;
  const Choice choice =
      Inject(FaultKind::kFailedCall, op, object, static_cast<uint32_t>(errors.size()) + 1);
  return choice == kNoFault ? 0 : errors.begin()[choice - 1];
}

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_FAILED_CALL_H_
