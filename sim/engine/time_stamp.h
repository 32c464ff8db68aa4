// The processor's time stamp counter, which a target reads by an instruction (rdtsc, rdtscp, also
// __rdtsc() and what inlines it into libraries: absl::Now(), loggers, spin loops).
//
// Linux can make the instruction fault: prctl(PR_SET_TSC). The fault is answered from virtual time,
// wherever the instruction stands: in the target, in a library that weir did not compile, in
// assembly. An assembler macro in what is compiled for the target would see that alone.
//
// A reading costs virtual time as one of a clock does, so that a loop that waits by it ends; but it
// is no scheduling point. One tick is a nanosecond; every processor is number 0.
#ifndef WEIR_SIM_ENGINE_TIME_STAMP_H_
#define WEIR_SIM_ENGINE_TIME_STAMP_H_

#include <signal.h>

namespace weir::sim {

// Makes the instruction fault in this process and its children. False if the kernel can not: then
// targets read the real counter. Precondition: the fault handlers are installed.
bool TrapTimeStamps();
// Ends that, so that a program can be started: it would inherit the faults, and not the handler.
void ReleaseTimeStamps();
// Whether it does. weir itself then asks the kernel for the time, as the vDSO reads the counter.
bool TrapsTimeStamps();

// Whether this kernel could; changes nothing.
bool CanTrapTimeStamps();

// In a handler of SIGSEGV: answers the instruction, if it is the cause, and goes on behind it.
// Otherwise false. Outside of a target's code the answer is the real counter.
bool AnswerTimeStamp(const siginfo_t& info, void* ucontext);

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_TIME_STAMP_H_
