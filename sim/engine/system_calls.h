// The last net: system calls that reach the kernel from target code by a way that nobody intercepts
// (an inline `syscall` instruction, a call inside libc) end the execution instead.
//
// Linux's Syscall User Dispatch (kernel 5.11, Documentation/admin-guide/syscall-user-dispatch.rst):
// while g_mode says kTarget, a system call made from outside of weir's own code raises SIGSYS. The
// few that functions on the allow-list make for themselves are answered there:
// tests/engine/allowed_calls_test.cc compares the two.
#ifndef WEIR_SIM_ENGINE_SYSTEM_CALLS_H_
#define WEIR_SIM_ENGINE_SYSTEM_CALLS_H_

#include <signal.h>

#include "absl/status/status.h"

namespace weir::sim {

// Turns the net on for this process, if it is not yet: a forked child begins without. Cheap when it
// is on. Without support in the kernel there is no net, and GuardsSystemCalls() says so.
void GuardSystemCalls();
bool GuardsSystemCalls();

// Installs a handler that may return into target code: unlike libc's, its way back (rt_sigreturn)
// is made from weir's own code. Runs on the alternate stack with all signals blocked.
absl::Status InstallHandler(int signal, void (*handler)(int, siginfo_t*, void*));

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_SYSTEM_CALLS_H_
