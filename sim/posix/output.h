// What the target prints.
#ifndef WEIR_SIM_POSIX_OUTPUT_H_
#define WEIR_SIM_POSIX_OUTPUT_H_

namespace weir::sim {

// Replaces stdout and stderr by streams that know who writes: the host's lines go where they went,
// the target's to the observer, or nowhere. Before the target's libstdc++ is loaded (it keeps the
// streams). Once per process.
void CaptureOutput();

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_OUTPUT_H_
