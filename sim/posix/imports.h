// Calls that weir does not simulate.
#ifndef WEIR_SIM_POSIX_IMPORTS_H_
#define WEIR_SIM_POSIX_IMPORTS_H_

#include <link.h>

#include "absl/status/status.h"
#include "sim/posix/target_scope.h"

namespace weir::sim {

// Binds the loaded object's references natively (target_scope.h). Of the rest, redirects every
// function that the object imports from libc and that is neither intercepted nor on the allow-list
// (allow_list.h) to a stub: calling it ends the execution with the verdict unsupported_call, which
// names the call and the caller. Merely importing it is no error. Functions of other libraries that
// have a replacement (environment.h) are redirected to that.
absl::Status BindImports(const dl_phdr_info& object, bool is_target, const TargetScope& scope);

// Whether the object gives versions to the symbols that it defines.
bool DefinesVersions(const dl_phdr_info& object);

// Whether the target itself has been bound to a function that lies in [begin, end).
bool TargetCallsInto(uintptr_t begin, uintptr_t end);

// The address range of libc's code, as found by dl_iterate_phdr.
bool IsInLibc(uintptr_t address);
void SetLibcRange(uintptr_t begin, uintptr_t end);

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_IMPORTS_H_
