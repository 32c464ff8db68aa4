// Order that a library makes by atomics of its own, as the target declares it (WEIR_ORDERS in
// sim/weir.h): calls of the library's functions release and acquire at one of their arguments.
//
// The imports of such a function, by whatever object, are bound to a piece of code that tells the
// race detector before and after the call (kReleases, kAcquires). Where races are not looked for,
// they stay as they are.
#ifndef WEIR_SIM_POSIX_ORDERS_H_
#define WEIR_SIM_POSIX_ORDERS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace weir::sim {

// `function` lives as long as the target; `how` is of weir::Order. To be called by the target's
// constructors.
void DeclareOrder(const char* function, uint32_t how);

// What an import of that linker's name is bound to instead of `resolved`; null if no order is
// declared of it.
void* OrderFor(const char* name, uintptr_t resolved);

// A function's demangled name without parameters; a C function's is the name itself.
std::string FunctionOf(const char* linkage);

// Whether a function that lies in [begin, end) has been bound by OrderFor().
bool HasOrderIn(uintptr_t begin, uintptr_t end);

// FailedPrecondition if a function was declared that no object imports, unless it is kIfUsed. Once
// all imports are bound.
absl::Status CheckOrders(const std::string& target_path);

// Whether a function of that demangled name, without parameters, is meant by `declared`: the same,
// but for namespaces after the first one ("absl::Mutex::Lock" is absl::lts_20220623::Mutex::Lock).
bool IsFunctionDeclared(std::string_view name, std::string_view declared);

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_ORDERS_H_
