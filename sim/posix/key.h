// Thread-specific data, at the end of a thread.
#ifndef WEIR_SIM_POSIX_KEY_H_
#define WEIR_SIM_POSIX_KEY_H_

namespace weir::sim {

// Calls the destructors of the current thread's values, in up to PTHREAD_DESTRUCTOR_ITERATIONS
// rounds while they set new ones. What is left then is dropped.
void RunKeyDestructors();

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_KEY_H_
