// The C library's own version of an intercepted call, for when weir itself is the caller.
#ifndef WEIR_SIM_POSIX_REAL_H_
#define WEIR_SIM_POSIX_REAL_H_

#include <dlfcn.h>

namespace weir::sim {

// Looked up on first use: intercepted calls may come before any constructor of ours has run.
#define WEIR_REAL(name)                                                    \
  ([]() noexcept {                                                         \
    static decltype(&::name) real = nullptr;                               \
    if (real == nullptr) [[unlikely]] {                                    \
      real = reinterpret_cast<decltype(&::name)>(dlsym(RTLD_NEXT, #name)); \
    }                                                                      \
    return real;                                                           \
  }())

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_REAL_H_
