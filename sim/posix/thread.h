// The end of a thread, and who it is.
#ifndef WEIR_SIM_POSIX_THREAD_H_
#define WEIR_SIM_POSIX_THREAD_H_

namespace weir::sim {

// Runs the thread_local destructors of the current thread, then those of its keys (POSIX:
// XSH 2.9.5.2; the C++ ones first, as glibc does).
void RunThreadExit();

// Runs the thread_local destructors alone, as exit() does for its caller.
void RunThreadLocalDestructors();

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_THREAD_H_
