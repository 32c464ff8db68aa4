// How programs end; see exit.cc.
#ifndef WEIR_SIM_POSIX_EXIT_H_
#define WEIR_SIM_POSIX_EXIT_H_

namespace weir::sim {

// Tells the engine what a thread's and a program's end runs. Once per process.
void InstallExitHooks();

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_EXIT_H_
